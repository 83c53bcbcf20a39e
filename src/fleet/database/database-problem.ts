/** Errors of the driver and of PostgreSQL as sentences, distinguished by whether another try is worthwhile. */
import { FleetError } from '../fleet-error.ts';

const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ENOENT',
]);

/** Classes of SQLSTATE (PostgreSQL manual, appendix A): connection, operator intervention, system error, resources, transaction rollback. */
const passing: ReadonlySet<string> = new Set(['08', '57', '58', '53', '40']);
const secretive: ReadonlySet<string> = new Set(['28000', '28P01']);

/** Of Node and of OpenSSL's verification (X509_V_ERR_…); the driver's own, when a server offers no TLS, has none. */
const untrusted = /^(?:ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERROR_IN_CERT|INVALID_|HOSTNAME_MISMATCH|PATH_LENGTH)/;
const withoutTls = 'The server does not support SSL';
/** The driver's own, without a code: it has nothing to answer the server with, or does not take what the server answers (RFC 5802). */
const withoutPassword = /^SASL: .*password must be a (?:non-empty )?string/;
const failedLogin = 'SASL: ';

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

const sentence = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return sentence(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
};

/** @returns FleetError for whatever is not a bug of ours, and the error itself otherwise */
export function databaseProblem(error: unknown, place: string): unknown {
  const code = codeOf(error);
  const message = sentence(error);
  if (secretive.has(code)) return new FleetError('refused', `${place} refuses the login: ${message}`);
  if (withoutPassword.test(message)) return new FleetError('refused', `${place} asks for a password: set PGPASSFILE (~/.pgpass, mode 0600) or PGPASSWORD`);
  if (message.startsWith(failedLogin)) return new FleetError('refused', `${place}: the login failed: ${message}`);
  if (code === '42501') return new FleetError('refused', `${place}: ${message} (this user lacks the privilege; the guide to fleets says which role has it)`);
  if (code === '25006') return new FleetError('refused', `${place}: ${message}`);
  if (code === '3D000') return new FleetError('schema', `${place}: ${message}: an administrator makes it with createdb`);
  if (['3F000', '42P01'].includes(code)) return new FleetError('schema', `${place} holds no fleet catalogue (${message}): "dumpbench fleet init" makes one`);
  if (unreachable.has(code)) return new FleetError('unreachable', `${place} cannot be reached: ${message}`);
  if (passing.has(code.slice(0, 2)) && /^[0-9A-Z]{5}$/.test(code)) return new FleetError('unreachable', `${place}: ${message}`);
  if (
    /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/.test(
      message,
    )
  )
    return new FleetError('unreachable', `${place}: the connection broke (${message})`);
  if (untrusted.test(code) || message.startsWith(withoutTls))
    return new FleetError('refused', `${place}: the connection is not trusted: ${message} (sslmode and sslrootcert in the address say what is)`);
  return error;
}
