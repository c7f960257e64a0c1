/** Any value that JSON can hold. Requests, params and rows are made of it, so that they can be hashed and moved. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };
