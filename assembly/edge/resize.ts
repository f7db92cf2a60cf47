/** Brings the decoded picture upright and to the network's input size (portable/orientation.ts, portable/resize.ts). */
import { isTransposed, uprightOrigin, uprightStepX, uprightStepY } from '../../portable/orientation.ts';
import { resizePixels } from '../../portable/resize.ts';
import { orientation } from './exif';
import { CONFIG, CONFIG_HEIGHT, CONFIG_INPUT, CONFIG_WIDTH } from './layout';
import { storedHeight, storedWidth } from './png';
import { pictureAddress, scratchAddress } from './room';
import './views';

/** Fills CONFIG_INPUT from the decoded picture. */
export function resizePicture(): void {
  const turn = orientation();
  const width = storedWidth();
  const height = storedHeight();
  const origin = pictureAddress() + 3 * uprightOrigin(width, height, turn);
  resizePixels(
    changetype<Bytes>(origin),
    0,
    3 * uprightStepX(width, turn),
    3 * uprightStepY(width, turn),
    isTransposed(turn) ? height : width,
    isTransposed(turn) ? width : height,
    changetype<Doubles>(scratchAddress()),
    changetype<Bytes>(load<usize>(CONFIG, CONFIG_INPUT)),
    load<i32>(CONFIG, CONFIG_WIDTH),
    load<i32>(CONFIG, CONFIG_HEIGHT),
  );
}
