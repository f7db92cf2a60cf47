/** advanceHead: pooling, the fully connected layer and the output neurons, against one class at a time. */
import { advanceHead } from '../../assembly/head';
import {
  HEAD_BIAS,
  HEAD_BYTES,
  HEAD_CLASSES,
  HEAD_FIRED,
  HEAD_MEMBRANE,
  HEAD_OPERATIONS,
  HEAD_POOL,
  HEAD_SPIKES,
  HEAD_THRESHOLD,
  HEAD_WEIGHTS,
  LAYER_CHANNELS,
  LAYER_HEIGHT,
  LAYER_WIDTH,
} from '../../assembly/layout';
import { countSpikes, headWeightAt, writeHead } from './head-support';
import {
  allocate,
  copyOf,
  expectGuards,
  expectSame,
  fireAtRandom,
  listInto,
  listOf,
  newLayer,
  randomBetween,
  randomWords,
  rowStartOf,
  seed,
  setSpike,
} from './support';
