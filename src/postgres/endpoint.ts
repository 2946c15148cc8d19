/** A server's TCP address. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** An endpoint with who connects to what. Holds a secret: never log it. */
export interface Credentials extends Endpoint {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** `host:port`, a key and what people read. */
export const address = (endpoint: Endpoint): string => `${endpoint.host}:${endpoint.port}`;
