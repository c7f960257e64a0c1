/** A weakness with the words by which a reasoning trace shows that it is about it. */
export interface CweKeywords {
  readonly name: string;
  readonly keywords: readonly string[];
}

/**
 * Keywords per CWE for the trace metric K (SecPI, appendix B.3). The lists of CWE-22, 78, 79, 89, 190, 476, 502 and 522 are the
 * paper's Table 3; it publishes no others, so the rest are ours, in the same style: the weakness's names and the terms of its
 * mechanism, without fixes that code may hold for other reasons.
 */
export const CWE_KEYWORDS: ReadonlyMap<string, CweKeywords> = new Map(
  `
CWE-20 | Improper Input Validation | input validation, validate the input, malformed input, unexpected input, untrusted input
CWE-22 | Path Traversal | path traversal, directory traversal, safe path, path validation
CWE-59 | Link Following | symlink, symbolic link, link following
CWE-73 | External Control of File Name or Path | file name, attacker-controlled path, external path
CWE-74 | Injection | injection, special elements, neutralize
CWE-77 | Command Injection | command injection, shell metacharacters, shell injection
CWE-78 | OS Command Injection | command injection
CWE-79 | Cross-Site Scripting | xss, cross-site scripting, html escape, javascript injection, csp
CWE-88 | Argument Injection | argument injection, option injection, leading dash
CWE-89 | SQL Injection | sql injection
CWE-90 | LDAP Injection | ldap injection, ldap filter
CWE-91 | XML Injection | xml injection, xml escape
CWE-93 | CRLF Injection | crlf injection, carriage return, line break
CWE-94 | Code Injection | code injection, arbitrary code, eval, exec
CWE-95 | Eval Injection | code injection, eval injection, arbitrary code, arbitrary expression, eval, exec, literal_eval
CWE-113 | HTTP Response Splitting | response splitting, header injection, crlf
CWE-116 | Improper Encoding or Escaping of Output | output encoding, output escaping, escape the output
CWE-117 | Log Injection | log injection, log forging, forged log, fake log, newline, line break, line breaks, newlines
CWE-119 | Memory Buffer Bounds | buffer overflow, out of bounds, buffer bounds, memory corruption
CWE-120 | Classic Buffer Overflow | buffer overflow, unbounded copy, strcpy, buffer size
CWE-121 | Stack-based Buffer Overflow | stack overflow, stack buffer, buffer overflow
CWE-122 | Heap-based Buffer Overflow | heap overflow, heap buffer, buffer overflow
CWE-125 | Out-of-bounds Read | out of bounds read, out of bounds, overread, bounds check, past the end
CWE-129 | Improper Validation of Array Index | array index, index check, out of range index, bounds check, unchecked index, negative index, out of range, index is unchecked
CWE-131 | Incorrect Buffer Size | buffer size, allocation size, too small a buffer
CWE-134 | Format String | format string, format specifier, user-controlled format
CWE-170 | Improper Null Termination | null termination, null terminator, unterminated
CWE-190 | Integer Overflow | integer overflow, wraparound, overflow check, integer bounds, safe arithmetic
CWE-191 | Integer Underflow | integer underflow, wraparound, underflow check
CWE-193 | Off-by-one Error | off by one, one past the end, fencepost
CWE-200 | Information Exposure | information exposure, information leak, sensitive data, disclose
CWE-208 | Timing Discrepancy | timing attack, timing side channel, constant time, compare_digest
CWE-209 | Information Exposure through Error Messages | error message, stack trace, internal details, leak
CWE-256 | Plaintext Password Storage | plaintext password, password storage, password hash
CWE-259 | Hard-coded Password | hard-coded password, hardcoded password, embedded password
CWE-276 | Incorrect Default Permissions | default permissions, file permissions, umask
CWE-287 | Improper Authentication | authentication, impersonate, unauthenticated
CWE-295 | Improper Certificate Validation | certificate, tls verification, ssl verification, man in the middle
CWE-312 | Cleartext Storage | cleartext, plaintext, unencrypted
CWE-319 | Cleartext Transmission | cleartext, plaintext, unencrypted, https
CWE-321 | Hard-coded Key | hard-coded key, hardcoded key, embedded key
CWE-326 | Inadequate Encryption Strength | weak encryption, key length, key size, encryption strength
CWE-327 | Broken Cryptographic Algorithm | weak hash, broken hash, weak algorithm, broken cryptographic, collision, md5, sha-1, sha1, weak cipher
CWE-328 | Weak Hash | weak hash, collision, md5, sha-1, sha1
CWE-329 | Predictable IV | initialization vector, predictable iv, nonce reuse
CWE-330 | Insufficiently Random Values | predictable, guess, insecure random, weak random, unpredictable, cryptographically secure, predict, predicted, weak randomness
CWE-331 | Insufficient Entropy | entropy, predictable, guess
CWE-335 | Predictable Seed | predictable seed, fixed seed, seed
CWE-337 | Predictable Seed | predictable seed, seed from time, seed
CWE-338 | Cryptographically Weak PRNG | weak prng, pseudo-random, predictable, cryptographically secure, mersenne twister
CWE-345 | Insufficient Verification of Data Authenticity | authenticity, tamper, forged, integrity check, unverified
CWE-347 | Improper Verification of a Cryptographic Signature | signature, unsigned, unverified token, alg none, forged token
CWE-352 | Cross-Site Request Forgery | csrf, cross-site request forgery, forged request
CWE-353 | Missing Integrity Check | integrity check, checksum, tamper
CWE-362 | Race Condition | race condition, concurrent, atomic
CWE-367 | Time-of-check Time-of-use | toctou, time of check, race condition, check then use
CWE-369 | Divide By Zero | divide by zero, division by zero, zero divisor, fails for zero
CWE-377 | Insecure Temporary File | temporary file, temp file, predictable name, race condition, mkstemp
CWE-379 | Temporary File in Insecure Directory | temporary directory, temp directory, world-readable
CWE-384 | Session Fixation | session fixation, session id
CWE-400 | Uncontrolled Resource Consumption | resource exhaustion, denial of service, resource consumption, exhaust
CWE-401 | Missing Release of Memory | memory leak, free the memory, not freed
CWE-409 | Decompression Bomb | zip bomb, decompression bomb, highly compressed, compression ratio, decompressed size, unpacked size
CWE-415 | Double Free | double free, freed twice
CWE-416 | Use After Free | use after free, dangling pointer, freed memory
CWE-426 | Untrusted Search Path | search path, untrusted path
CWE-427 | Uncontrolled Search Path Element | search path, dll hijacking
CWE-434 | Unrestricted Upload | file upload, file type, executable upload
CWE-457 | Use of Uninitialized Variable | uninitialized, initialise, initialize
CWE-467 | sizeof on a Pointer | sizeof, pointer size
CWE-468 | Incorrect Pointer Scaling | pointer arithmetic, pointer scaling
CWE-470 | Unsafe Reflection | reflection, attribute name, dynamic import, arbitrary class
CWE-471 | Modification of Assumed-Immutable Data | immutable, shared state, aliasing
CWE-476 | NULL Pointer Dereference | null pointer, null check, nullptr, null dereference, none check
CWE-494 | Download Without Integrity Check | integrity check, checksum, signature
CWE-501 | Trust Boundary Violation | trust boundary, untrusted
CWE-502 | Deserialization of Untrusted Data | deserialization, untrusted data, pickle, unserialize, object injection
CWE-521 | Weak Password Requirements | weak password, password policy, password strength
CWE-522 | Insufficiently Protected Credentials | credential, password, secret, api key, token, bcrypt, plaintext
CWE-532 | Sensitive Information in Log Files | sensitive information, log the password, secrets in logs, redact, mask
CWE-565 | Reliance on Cookies | cookie, unsigned cookie
CWE-601 | Open Redirect | open redirect, redirect, phishing, external site, other host
CWE-605 | Multiple Binds to the Same Port | port binding, bind
CWE-611 | XML External Entity | xxe, external entity, external entities, entity expansion
CWE-613 | Insufficient Session Expiration | session expiration, expire, expiry
CWE-614 | Cookie without Secure Flag | secure flag, httponly, cookie
CWE-639 | Authorization Bypass through User-Controlled Key | authorization, ownership, idor, direct object reference
CWE-640 | Weak Password Recovery | password reset, reset token, predictable
CWE-643 | XPath Injection | xpath injection, xpath
CWE-674 | Uncontrolled Recursion | recursion depth, unbounded recursion, deep nesting, stack overflow, recursion limit
CWE-676 | Potentially Dangerous Function | dangerous function, unsafe function, strcpy, gets
CWE-681 | Incorrect Numeric Conversion | numeric conversion, truncation, precision
CWE-682 | Incorrect Calculation | rounding, calculation, precision, overflow
CWE-697 | Incorrect Comparison | comparison, compare
CWE-703 | Improper Handling of Exceptional Conditions | exception, error handling, exceptional condition
CWE-704 | Incorrect Type Conversion | type conversion, type confusion, cast
CWE-732 | Incorrect Permission Assignment | file permissions, permission, world-readable, world-writable, chmod, umask, permissions, loose permissions, other users, every user
CWE-754 | Improper Check for Exceptional Conditions | return value, error handling, unchecked
CWE-755 | Improper Handling of Exceptional Conditions | exception, error handling
CWE-757 | Algorithm Downgrade | downgrade, protocol version
CWE-759 | One-Way Hash without a Salt | salt, unsalted, rainbow table, lookup table, precomputed, equal hashes, looked up
CWE-760 | Predictable Salt | predictable salt, salt
CWE-770 | Allocation without Limits | resource limit, unlimited, unbounded, upper bound, denial of service, exhaust, too large, no limit, without limit, memory exhaustion
CWE-772 | Missing Release of Resource | resource leak, file handle, not closed
CWE-776 | XML Entity Expansion | entity expansion, billion laughs, entities would expand, expand entities, entities
CWE-787 | Out-of-bounds Write | out of bounds write, out of bounds, buffer overflow, bounds check, past the end
CWE-789 | Excessive Memory Allocation | excessive allocation, memory exhaustion, allocation size, huge size
CWE-798 | Hard-coded Credentials | hard-coded, hardcoded, embedded credentials
CWE-805 | Buffer Access with Incorrect Length | incorrect length, buffer length, length check
CWE-822 | Untrusted Pointer Dereference | untrusted pointer, wild pointer
CWE-824 | Access of Uninitialized Pointer | uninitialized pointer, wild pointer
CWE-829 | Inclusion from Untrusted Source | untrusted source, remote code
CWE-834 | Excessive Iteration | excessive iteration, loop bound
CWE-835 | Infinite Loop | infinite loop, endless loop, termination
CWE-862 | Missing Authorization | authorization, permission check, access control
CWE-863 | Incorrect Authorization | authorization, permission check, access control
CWE-908 | Use of Uninitialized Resource | uninitialized, initialise, initialize
CWE-915 | Mass Assignment | mass assignment, unexpected field, unexpected attribute, allow list of fields, overwrite attributes
CWE-916 | Insufficient Password Hashing | slow hash, bcrypt, scrypt, pbkdf2, argon2, iterations, brute force
CWE-917 | Expression Language Injection | expression injection, template injection, arbitrary expression
CWE-918 | Server-Side Request Forgery | ssrf, server-side request forgery, internal address, internal host, internal service
CWE-943 | NoSQL Injection | nosql injection, query operator, query injection
CWE-1021 | Clickjacking | clickjacking, frame-ancestors, x-frame-options
CWE-1236 | CSV Injection | csv injection, formula injection, spreadsheet formula
CWE-1286 | Improper Validation of Syntactic Correctness | syntax, malformed, well-formed
CWE-1321 | Prototype Pollution | prototype pollution, __proto__
CWE-1333 | Inefficient Regular Expression | redos, catastrophic backtracking, backtracking, nested quantifier, exponential time, denial of service, exponential, backtracks, slow regex, nested repeat
CWE-1336 | Template Injection | template injection, format attribute access, ssti
`
    .trim()
    .split("\n")
    .map((line) => {
      const [cwe = "", name = "", keywords = ""] = line.split(" | ");
      return [cwe, { name, keywords: keywords.split(", ") }];
    }),
);

/** `CWE-89 (SQL Injection), CWE-9999`, for prompts and people; `none` for an empty list. */
export function describeCwes(cwes: readonly string[]): string {
  if (cwes.length === 0) return "none";
  return cwes
    .map((cwe) => {
      const known = CWE_KEYWORDS.get(cwe);
      return known === undefined ? cwe : `${cwe} (${known.name})`;
    })
    .join(", ");
}
