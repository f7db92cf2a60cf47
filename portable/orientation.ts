/**
 * How a stored picture is walked to see it upright: the eight orientations of EXIF 2.32, table 6 (tag 274). All is in
 * pixels, for a picture stored as `width` x `height`; from 5 on, `orientation` exchanges the two.
 */

/** Whether width and height change places. */
export function isTransposed(orientation: i32): bool {
  return orientation >= 5;
}

/** Where the upright picture's first pixel is stored. */
export function uprightOrigin(width: i32, height: i32, orientation: i32): i32 {
  return (isFromRight(orientation) ? width - 1 : 0) + (isFromBottom(orientation) ? width * (height - 1) : 0);
}

/** How far on the right neighbour is. */
export function uprightStepX(width: i32, orientation: i32): i32 {
  return isTransposed(orientation) ? alongColumn(width, orientation) : alongRow(orientation);
}

/** How far on the lower neighbour is. */
export function uprightStepY(width: i32, orientation: i32): i32 {
  return isTransposed(orientation) ? alongRow(orientation) : alongColumn(width, orientation);
}

function alongRow(orientation: i32): i32 {
  return isFromRight(orientation) ? -1 : 1;
}

function alongColumn(width: i32, orientation: i32): i32 {
  return isFromBottom(orientation) ? -width : width;
}

function isFromRight(orientation: i32): bool {
  return orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
}

function isFromBottom(orientation: i32): bool {
  return orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
}
