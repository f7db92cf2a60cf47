/** Types of as-pect's globals (describe, it, expect) for editors; the AssemblyScript compiler does not read this. */
/// <reference path="../../node_modules/@as-pect/assembly/types/as-pect.d.ts" />
