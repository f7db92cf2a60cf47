/**
 * What the output neurons have said so far, the latest timesteps counting most.
 *
 * Eq. (10) counts all timesteps alike. But spikes need time to reach the last layer, and until rates inside the network
 * have settled, output neurons fire at rates that are not theirs: mistakes that stay in the count for good and wear off
 * only as 1 / N. With polynomial forgetting timestep t has a weight proportional to t^k,
 *
 *     mu_j = sum over t of t^k s_j(t) / sum over t of t^k,    M_j = mu_j N_k,
 *     N_k = (sum over t of t^k)^2 / sum over t of t^2k,       about N (2 k + 1) / (k + 1)^2,
 *
 * and M_j and N_k take the places of M_j and N in eqs. (10) to (18). The rate is the average of Shamir & Zhang,
 * "Stochastic Gradient Descent for Non-smooth Optimization", ICML 2013, eq. (4); N_k is Kish's effective sample size, the
 * number of timesteps which, counted alike, would know the rate as well. A likelihood to the power of a weight is
 * conjugate still, so that the posterior stays a Beta distribution. k = 0 is the paper's equation.
 *
 * The sums are kept as they are, and brought to scale when they are read.
 */

/** t^k by multiplication, which gives the same bits everywhere; `Math.pow` need not. */
export function timestepWeight(timestep: f64, forgetting: i32): f64 {
  let weight: f64 = 1;
  for (let power: i32 = 0; power < forgetting; power++) weight *= timestep;
  return weight;
}

/**
 * Adds a timestep to the sums of t^k over those at which a class fired.
 *
 * @param fired - `[class]`, 1 where its output neuron fired, else 0
 * @param weight - t^k of the timestep
 */
export function addFired(sums: Doubles, fired: Bytes, classes: i32, weight: f64): void {
  for (let index: i32 = 0; index < classes; index++) {
    sums[index] = sums[index]! + weight * (fired[index]! as f64);
  }
}

/** What brings sums to the scale of N_k, from the sums of t^k and of its square; before the first timestep all are 0. */
export function evidenceScale(total: f64, squares: f64): f64 {
  return squares === 0 ? 0 : total / squares;
}

/** Writes M_j to `counts`. */
export function scaleEvidence(sums: Doubles, classes: i32, scale: f64, counts: Doubles): void {
  for (let index: i32 = 0; index < classes; index++) counts[index] = sums[index]! * scale;
}
