/** A picture from the camera: asks for it, shows it, takes one frame through a canvas. */
import { element, setText } from '../dom.js';
import { context2d } from '../raster.js';

/** The longer side asked for; the network sees 32 pixels of it. */
const WIDTH = 640;

/** Why there is no picture, by the error's name (Media Capture and Streams, section 10.2). */
const REASONS: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The camera was refused. Allow it for this page in the browser’s settings, or open a file instead.',
  NotFoundError: 'No camera was found. Connect one, or open a file instead.',
  NotReadableError: 'The camera is in use by another program. Close that, then try again.',
};

export class CameraDialog {
  readonly #dialog = element('#camera-dialog', HTMLDialogElement);
  readonly #text = element('#camera-text', HTMLElement);
  readonly #video = element('#video', HTMLVideoElement);
  readonly #shoot = element('#shoot', HTMLButtonElement);
  #stream: MediaStream | null = null;

  constructor(onPicture: (image: ImageData, preview: Promise<Blob>) => void) {
    element('#camera', HTMLButtonElement).addEventListener('click', () => void this.#open());
    element('#camera-cancel', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => this.#stop());
    this.#shoot.addEventListener('click', () => {
      const canvas = this.#capture();
      onPicture(
        context2d(canvas).getImageData(0, 0, canvas.width, canvas.height),
        new Promise((resolve, reject) => {
          canvas.toBlob((blob) => (blob === null ? reject(new Error('no preview')) : resolve(blob)));
        }),
      );
      this.#dialog.close();
    });
  }

  async #open(): Promise<void> {
    this.#ready(false, 'Waiting for the camera. The browser asks whether this page may use it.');
    this.#dialog.showModal();
    try {
      // Absent where the page came over plain HTTP from another machine.
      if (navigator.mediaDevices === undefined) throw new DOMException('', 'SecurityError');
      const video = { facingMode: 'environment', width: { ideal: WIDTH } };
      const stream = await navigator.mediaDevices.getUserMedia({ video });
      this.#stream = stream;
      if (!this.#dialog.open) return this.#stop();
      this.#video.srcObject = stream;
      await this.#video.play();
      this.#ready(true, 'The picture stays in this page.');
    } catch (error) {
      this.#ready(false, reasonOf(error));
    }
  }

  #ready(ready: boolean, text: string): void {
    this.#shoot.disabled = !ready;
    this.#video.hidden = !ready;
    setText(this.#text, text);
  }

  #capture(): HTMLCanvasElement {
    const canvas = document.createElement('canvas');
    canvas.width = this.#video.videoWidth;
    canvas.height = this.#video.videoHeight;
    context2d(canvas).drawImage(this.#video, 0, 0);
    return canvas;
  }

  #stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }
}

function reasonOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'SecurityError') {
    return 'Browsers give the camera to secure pages alone: open this page over HTTPS or from localhost.';
  }
  return (
    REASONS[name] ?? `The camera cannot be used (${error instanceof Error ? error.message : String(error)}).`
  );
}
