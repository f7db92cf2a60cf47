/** The parts of the demo page that need no browser: where the network's boxes stand, pacing, and checked messages. */
import { describe, expect, it, vi } from 'vitest';
import { fullName, nameDetail, shortName } from '../../web/src/names.js';
import { layOut, overlap } from '../../web/src/network/layout.js';
import { Player } from '../../web/src/player.js';
import { type Model, readCommand, readReply } from '../../web/src/protocol.js';
import { summarise } from '../../web/src/worker/summary.js';
import { randomGraph } from '../reference/random-graph.js';
import { network } from '../support/node-answer.js';
import { rgb } from '../support/rgb.js';

const resnet = summarise(network);
const [stem] = resnet.layers;
/** A network that is nothing but long. */
const chain: Model = {
  ...resnet,
  layers: Array.from({ length: 60 }, (_, index) => ({
    ...stem!,
    stage: index,
    connections: [{ ...stem!.connections[0]!, source: index - 1 }],
  })),
  heads: resnet.heads.map((head) => ({ ...head, layer: 7 * (Number(head.name) || 8) })),
};

describe('the layout of the network', () => {
  it.each([
    ['ResNet-18', 326, resnet],
    ['ResNet-18', 900, resnet],
    ['ResNet-18', 1000, resnet],
    ['ResNet-18', 1392, resnet],
    ['ResNet-18', 2500, resnet],
    ['small network', 360, summarise(rgb)],
    ['small network', 1200, summarise(rgb)],
    ['chain of 60 populations', 360, chain],
    ['chain of 60 populations', 1200, chain],
  ] as const)('of the %s in %i pixels has every layer inside, and none over another', (_, width, model) => {
    const { boxes, heads, height, fusion, wires } = layOut(model, width);
    expect(boxes.map(({ layer }) => layer)).toEqual(model.layers.map((_, layer) => layer));
    expectClear(model, width);
    for (const { width, height } of boxes) expect(Math.min(width, height)).toBeGreaterThan(20);
    for (const { x, y } of [...heads, fusion]) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(width);
      expect(y).toBeLessThan(height);
    }
    const connections = model.layers.reduce((sum, layer) => sum + layer.connections.length, 0);
    expect(wires).toHaveLength(connections);
  });

  it('of any graph is clear, and no head stands on another', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const model = summarise(randomGraph(seed));
      for (const width of [340, 1000, 1800]) {
        expectClear(model, width);
        const { boxes, heads, vertical } = layOut(model, width);
        const places = heads.map(({ x, y }) => (vertical ? y : x)).sort((a, b) => a - b);
        if (boxes.every(({ inner }) => !inner)) {
          places.slice(1).forEach((place, index) => {
            expect(place - places[index]!).toBeGreaterThan(20);
          });
        }
      }
    }
  });

  function expectClear(model: Model, width: number): void {
    const { boxes, height } = layOut(model, width);
    for (const box of boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width + box.depthX).toBeLessThanOrEqual(width);
      expect(box.y - box.depthY).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height).toBeLessThan(height);
      for (const other of boxes.slice(box.layer + 1)) expect(overlap(box, other)).toBe(false);
    }
  }
});

describe('names', () => {
  const names = (model: Model) =>
    model.layers.map((_, layer) => [
      shortName(model, layer),
      fullName(model, layer),
      nameDetail(model, layer),
    ]);

  it('say where a layer stands in a residual network', () => {
    expect(names(resnet).slice(0, 3)).toEqual([
      ['stem', 'Stem', ''],
      ['conv', 'Stage 1, inner convolution', 'inside stage 1'],
      ['stage 1', 'Stage 1, after the addition', 'after the addition'],
    ]);
    expect(names(chain)[59]).toEqual(['stage 59', 'Stage 59', '']);
  });

  it('are those of the checkpoint where no stage is one', () => {
    const branches = chain.layers
      .slice(0, 4)
      .map((layer, index) => ({ ...layer, stage: 0, name: `p${index}` }));
    expect(names({ ...chain, layers: branches })[2]).toEqual(['p2', 'p2', '']);
  });
});

describe('the player', () => {
  /** Runs frames of 16 ms; every request is answered before the next frame unless held back. */
  function play(speed: number, frames: number, answered = true) {
    const ask = vi.fn<(timesteps: number, milliseconds: number) => void>();
    const player = new Player(speed, ask);
    player.restart(64);
    for (let frame = 0; frame < frames; frame++) {
      const before = ask.mock.calls.length;
      player.tick(frame * 16);
      if (answered && ask.mock.calls.length > before) player.answered(player.done + ask.mock.lastCall![0]);
    }
    return { player, ask };
  }

  it('asks for the first timestep at once, then for as many as the speed has', () => {
    expect(play(10, 1).player.done).toBe(1);
    // 62 frames take 0.976 s
    expect(play(10, 62).player.done).toBe(10);
    expect(play(30, 62).player.done).toBe(30);
    expect(play(30, 1000).player.done).toBe(64);
  });

  it('in real time asks for all that is left, within a frame’s time', () => {
    const { ask } = play(Infinity, 2, false);
    expect(ask.mock.calls).toEqual([[64, 11]]);
  });

  it('never asks twice before the answer, so that nothing piles up', () => {
    for (const speed of [2, 30, Infinity]) expect(play(speed, 500, false).ask).toHaveBeenCalledTimes(1);
  });

  it('steps once at a time and not beyond the end; a pause asks for nothing', () => {
    const { player, ask } = play(10, 1);
    player.playing = false;
    for (let frame = 0; frame < 100; frame++) player.tick(1000 + frame * 16);
    expect(ask).toHaveBeenCalledTimes(1);
    player.step();
    player.step();
    expect(ask).toHaveBeenCalledTimes(2);
    player.answered(64);
    player.step();
    expect(ask).toHaveBeenCalledTimes(2);
    expect(player.finished).toBe(true);
  });

  it('does not make up for the time that the page was hidden', () => {
    const { player, ask } = play(16, 1);
    player.tick(60_000);
    expect(ask.mock.lastCall).toEqual([4, 1000]);
  });
});

describe('messages', () => {
  const settings = {
    head: '7',
    priorStrength: null,
    propagation: 'synchronous',
    initialPotential: 0.5,
    forgetting: 2,
    stopWhenSure: null,
  };
  const weigh = { kind: 'weigh', run: 1, strength: 3.5, forgetting: 0 };

  it('pass where they are what they should be', () => {
    const start = { kind: 'start', run: 1, picture: { from: 'file', bytes: new ArrayBuffer(8) }, settings };
    expect(readCommand(start)).toEqual(start);
    expect(readCommand(weigh)).toEqual(weigh);
    expect(readReply({ kind: 'ready', model: resnet })).toEqual({ kind: 'ready', model: resnet });
  });

  it.each([
    ['nothing', undefined],
    ['another kind', { kind: 'stop', run: 1 }],
    ['a run that is no number', { kind: 'advance', run: '1', timesteps: 1, milliseconds: 1 }],
    ['half a timestep', { kind: 'advance', run: 1, timesteps: 0.5, milliseconds: 1 }],
    [
      'a propagation that there is not',
      { kind: 'start', run: 1, picture: null, settings: { ...settings, propagation: 'x' } },
    ],
    ['half a power of time', { ...weigh, forgetting: 0.5 }],
    ['more forgetting than there is', { ...weigh, forgetting: 17 }],
    [
      'no forgetting at all',
      { kind: 'start', run: 1, picture: null, settings: { ...settings, forgetting: undefined } },
    ],
    ['bytes that are text', { kind: 'start', run: 1, picture: { from: 'file', bytes: 'PNG' }, settings }],
  ])('are refused: %s', (_, message) => {
    expect(() => readCommand(message)).toThrow();
    expect(() => readReply(message)).toThrow();
  });
});
