/** Writes the records of a simulation where plan.ts has put them, and whole memories of one simulation. */
import * as L from '../../assembly/layout.js';
import { IMAGE, type SpikingConnection, type SpikingLayer, type SpikingNetwork } from '../model/graph.js';
import { type MemoryPlan, type Plan, SLOTS } from './plan.js';
import { writeConstants } from './write-constants.js';

/** The words of a record, by their byte offsets. */
export type RecordWords = Readonly<Record<number, number>>;

/** Writes a network and the records of its first simulation; the memory must be as large as planned. */
export function writePlan(
  memory: WebAssembly.Memory,
  network: SpikingNetwork,
  { constants, states }: MemoryPlan,
): Plan {
  const plan = { constants, state: states[0]! };
  writeConstants(memory, network, constants);
  writeState(memory, network, plan);
  return plan;
}

/** Writes the records of one simulation; afterwards only results move. The constants may come before or after. */
export function writeState(memory: WebAssembly.Memory, network: SpikingNetwork, plan: Plan): void {
  const view = new DataView(memory.buffer);
  const { state } = plan;
  writeRecord(view, state.network, {
    [L.NETWORK_LAYERS]: state.layers[0]!.record,
    [L.NETWORK_SLOTS]: SLOTS,
    [L.NETWORK_SUMS]: state.sums,
    [L.NETWORK_WINDOW_ROWS]: state.windowRows,
  });
  network.layers.forEach((layer, index) => {
    const { record, connections } = state.layers[index]!;
    writeRecord(view, record, layerRecord(layer, plan, index));
    layer.connections.forEach((connection, position) => {
      const weights = plan.constants.layers[index]!.weights[position]!;
      const words = connectionRecord(network, connection, plan, index);
      writeRecord(view, connections + position * L.CONNECTION_BYTES, {
        ...words,
        [L.CONNECTION_WEIGHTS]: weights,
      });
    });
  });
}

/** The record of a head, which is written when the head is selected. */
export function headRecord(network: SpikingNetwork, { constants, state }: Plan, head: number): RecordWords {
  const fixed = constants.heads[head]!;
  const own = state.heads[head]!;
  return {
    [L.HEAD_LAYER]: state.layers[network.heads[head]!.layer]!.record,
    [L.HEAD_CLASSES]: network.labels.length,
    [L.HEAD_PADDED_CLASSES]: fixed.paddedClasses,
    [L.HEAD_WEIGHTS]: fixed.weights,
    [L.HEAD_BIAS]: fixed.bias,
    [L.HEAD_THRESHOLD]: fixed.threshold,
    [L.HEAD_MEMBRANE]: own.membrane,
    [L.HEAD_SUMS]: own.sums,
    [L.HEAD_POOL]: own.pool,
    [L.HEAD_FIRED]: own.fired,
    [L.HEAD_SPIKES]: own.spikes,
    [L.HEAD_OPERATIONS]: own.operations,
  };
}

/** Writes words at their offsets into a record. */
export function writeRecord(view: DataView, address: number, words: RecordWords): void {
  for (const [offset, value] of Object.entries(words)) view.setInt32(address + Number(offset), value, true);
}

function layerRecord(layer: SpikingLayer, { constants, state }: Plan, index: number): RecordWords {
  const fixed = constants.layers[index]!;
  const own = state.layers[index]!;
  return {
    [L.LAYER_CHANNELS]: layer.shape.channels,
    [L.LAYER_BLOCKS]: fixed.blocks,
    [L.LAYER_HEIGHT]: layer.shape.height,
    [L.LAYER_WIDTH]: layer.shape.width,
    [L.LAYER_CONNECTIONS]: own.connections,
    [L.LAYER_CONNECTION_COUNT]: layer.connections.length,
    [L.LAYER_BIAS]: fixed.bias,
    [L.LAYER_THRESHOLD]: fixed.threshold,
    [L.LAYER_MEMBRANE]: own.membrane,
    [L.LAYER_MASK]: own.mask,
    [L.LAYER_LIST]: own.list,
    [L.LAYER_ROW_START]: own.rowStart,
    [L.LAYER_MASK_STRIDE]: own.maskStride,
    [L.LAYER_LIST_STRIDE]: own.listStride,
    [L.LAYER_ROW_START_STRIDE]: own.rowStartStride,
    [L.LAYER_SPIKES]: own.spikes,
    [L.LAYER_OPERATIONS]: own.operations,
  };
}

/** All of a connection's record but the address of its weights. */
function connectionRecord(
  { input }: SpikingNetwork,
  connection: SpikingConnection,
  { state }: Plan,
  layer: number,
): RecordWords {
  if (connection.kind === 'identity') {
    return {
      [L.CONNECTION_KIND]: L.KIND_IDENTITY,
      [L.CONNECTION_SOURCE]: state.layers[connection.source]!.record,
    };
  }
  const analog = connection.source === IMAGE;
  return {
    [L.CONNECTION_KIND]: analog ? L.KIND_ANALOG : L.KIND_CONVOLUTION,
    [L.CONNECTION_SOURCE]: analog ? state.image : state.layers[connection.source]!.record,
    [L.CONNECTION_KERNEL]: connection.kernel,
    [L.CONNECTION_STRIDE]: connection.stride,
    [L.CONNECTION_PADDING]: connection.padding,
    [L.CONNECTION_CURRENT]: state.layers[layer]!.current,
    [L.CONNECTION_IMAGE_CHANNELS]: input.channels,
    [L.CONNECTION_IMAGE_HEIGHT]: input.height,
    [L.CONNECTION_IMAGE_WIDTH]: input.width,
  };
}
