/**
 * Model files of format version 1 speak of a residual network: layers with connections (square convolutions and
 * identities) and the block to which each belongs. This turns such a header into one of version 2, believing nothing of
 * it: what is no such header stays as it is, and parse.ts refuses it.
 */

/** Digits of the shipped models' radix coding, for models from before there was one. */
const DIGITS = 4;

type Plain = Record<string, unknown>;

/** The header of a version 2 file that means the same. */
export function upgradeVersion1(network: unknown): unknown {
  if (!isPlain(network)) return network;
  const { layers, heads, defaults, ...rest } = network;
  return {
    ...rest,
    populations: mapped(layers, ({ block: _, connections, ...layer }) => ({
      ...layer,
      synapses: mapped(connections, upgradeConnection),
    })),
    heads: mapped(heads, ({ block: _, layer, ...head }) => ({ ...head, population: layer })),
    defaults: isPlain(defaults)
      ? { coding: 'rate', digits: DIGITS, readout: 'spikes', forgetting: 0, ...defaults }
      : defaults,
  };
}

function upgradeConnection({ kernel, stride, padding, ...connection }: Plain): Plain {
  if (connection.kind === 'identity') return { ...connection, kind: 'per-channel' };
  const both = (value: unknown): Plain => ({ height: value, width: value });
  return {
    ...connection,
    kernel: both(kernel),
    stride: both(stride),
    padding: { top: padding, left: padding, bottom: padding, right: padding },
    dilation: both(1),
    groups: 1,
  };
}

function mapped(list: unknown, change: (entry: Plain) => Plain): unknown {
  return Array.isArray(list) ? list.map((entry) => (isPlain(entry) ? change(entry) : entry)) : list;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
