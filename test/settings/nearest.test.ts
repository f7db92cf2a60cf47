/** Which name was probably meant. */
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/settings/nearest.js';

const KNOWN = ['head', 'timesteps', 'priorStrength', 'minimumTimesteps', 'top'];

describe('nearest', () => {
  it.each([
    ['timesteps', 'timesteps'],
    ['timestep', 'timesteps'],
    ['TimeSteps', 'timesteps'],
    ['prior-strength', 'priorStrength'],
    ['strength', 'priorStrength'],
    ['haed', 'head'],
    ['minimumTimestep', 'minimumTimesteps'],
    ['tpo', 'top'],
    ['x', null],
    ['', null],
    ['colour', null],
    ['t'.repeat(100_000), null],
  ])('of %.20s is %s', (name, expected) => {
    expect(nearest(name, KNOWN)).toBe(expected);
  });

  it('takes the first of two that are as near, and none of none', () => {
    expect(nearest('ac', ['ab', 'ad'])).toBeNull();
    expect(nearest('abcx', ['abcd', 'abce'])).toBe('abcd');
    expect(nearest('a', [])).toBeNull();
  });
});
