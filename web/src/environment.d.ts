/** What vite.config.ts puts in when the page is built. */

/** Size of the model file. */
declare const __MODEL_BYTES__: number;
/** Size of the kernels. */
declare const __KERNEL_BYTES__: number;
/** Version of the package. */
declare const __VERSION__: string;
