/** What runs the trained network densely: one image in, logits out. */
export interface DensePeer {
  readonly name: string;
  /** Presents an image, outside the time. */
  load(image: DenseImage): void;
  /** The forward pass, logits included, as one would call it. */
  run(): Promise<Float32Array> | Float32Array;
  readonly asynchronous: boolean;
  close(): Promise<void>;
}

/** One normalised image in the two orders that peers take. */
export interface DenseImage {
  /** `[channel][y][x]` */
  readonly planes: Float32Array;
  /** `[y][x][channel]` */
  readonly pixels: Float32Array;
}

/** From `[y][x][channel]` to both. */
export function denseImage(pixels: Float32Array, channels: number): DenseImage {
  const planes = new Float32Array(pixels.length);
  const count = pixels.length / channels;
  pixels.forEach((value, index) => {
    planes[(index % channels) * count + Math.floor(index / channels)] = value;
  });
  return { planes, pixels };
}
