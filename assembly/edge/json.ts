/** The answer as the JSON that `snnwasm run --json` prints for one picture: same fields, same order, same layout. */
import {
  CONFIG,
  CONFIG_ANN_ENERGY,
  CONFIG_LABELS,
  CONFIG_PROBABILITIES,
  CONFIG_RANKING,
  EDGE_HEAD_NAME,
} from './layout';
import { print, printNumber, printQuoted } from './output';
import { lowerBound, rateOf, upperBound } from './posterior';
import { digits, energy, headAt, readsMembranes, runForgetting, runHead, runStrength, runTimesteps, total } from './run';

/** Prints the answer; `computeProbabilities` has been called. */
export function printAnswer(top: i32, milliseconds: f64): void {
  print('[\n  {\n    "file": "-",\n    "predictions": [\n');
  const ranking = load<usize>(CONFIG, CONFIG_RANKING);
  for (let place = 0; place < top; place++) {
    printPrediction(load<i32>(ranking + (<usize>place << 2)));
    print(place + 1 < top ? ',\n' : '\n');
  }
  print('    ],\n');
  print(digits() > 0 ? '    "coding": "radix",\n' : '    "coding": "rate",\n');
  if (digits() > 0) printField('digits', <f64>digits());
  else print('    "digits": null,\n');
  print(readsMembranes() ? '    "readout": "membrane",\n' : '    "readout": "spikes",\n');
  printField('timesteps', <f64>runTimesteps());
  printField('spikes', total(0));
  printField('synapticOperations', total(1));
  printField('energyMillijoules', energy());
  printField('annEnergyMillijoules', load<f64>(CONFIG, CONFIG_ANN_ENERGY));
  print('    "head": ');
  if (runHead() < 0) print('null');
  else printQuoted(load<usize>(headAt(runHead()), EDGE_HEAD_NAME));
  print(',\n');
  printField('priorStrength', runStrength());
  printField('forgetting', <f64>runForgetting());
  print('    "milliseconds": ');
  printNumber(milliseconds);
  print('\n  }\n]\n');
}

function printPrediction(index: i32): void {
  print('      {\n        "label": ');
  printQuoted(load<usize>(load<usize>(CONFIG, CONFIG_LABELS) + (<usize>index << 2)));
  print(',\n        "index": ');
  printNumber(<f64>index);
  print(',\n        "rate": ');
  printNumber(rateOf(index));
  print(',\n        "interval": [\n          ');
  printNumber(lowerBound(index));
  print(',\n          ');
  printNumber(upperBound(index));
  print('\n        ],\n        "probability": ');
  printNumber(load<f64>(load<usize>(CONFIG, CONFIG_PROBABILITIES) + (<usize>index << 3)));
  print('\n      }');
}

function printField(name: string, value: f64): void {
  print('    "');
  print(name);
  print('": ');
  printNumber(value);
  print(',\n');
}
