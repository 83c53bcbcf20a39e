// How long the gate may take on a machine with two cores and nothing else to do. test/README.md shows the same numbers.

/** Minutes of the whole of .ci/run. */
export const gateMinutes = 45;

/** Minutes of one worker by suite; two workers share the tests. @type {Readonly<Record<string, number>>} */
export const suiteMinutes = {
  install: 3,
  lint: 4,
  'test/unit': 14,
  'test/oracle': 8,
  'test/e2e': 16,
  'test/installed': 3,
  'test/faults': 20,
  'test/fuzz': 2,
  'test/property': 2,
  'test/samples': 1,
  test: 1,
  'dumps hidden': 9,
};
