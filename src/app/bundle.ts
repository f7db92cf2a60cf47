/** Edge modules for faces. */
export { bundleModel, DEFAULT_PICTURE_BYTES, type Flavour } from '../bundle/bundle.js';
