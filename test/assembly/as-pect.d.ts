/** Types of as-pect's globals (describe, it, expect) for editors; the compiler does not read this file. */
/// <reference types="@as-pect/assembly/types/as-pect" />
