// How long the gate may take on a machine with two cores and nothing else to do. test/README.md shows the same numbers.

/** Minutes of the whole of .ci/run. */
export const gateMinutes = 45;

/** Minutes of one worker by suite; two workers share the tests. @type {Readonly<Record<string, number>>} */
export const suiteMinutes = {
  install: 5,
  lint: 4,
  'test/unit': 12,
  'test/oracle': 14,
  'test/e2e': 16,
  'test/installed': 3,
  'test/faults': 8,
  'test/property': 5,
  'test/samples': 2,
  test: 4,
  'dumps hidden': 8,
};
