import type { Recipe } from './schema.js';

/** What a detector, and a training for streams, ask of the rest of a recipe. */
export function detectorConflicts(recipe: Recipe): string[] {
  const { detector, network, training } = recipe;
  const { stream } = training;
  const problems: string[] = [];
  if (stream && !detector) {
    problems.push('training.stream: needs detector.wake, the classes whose words are events; add the section detector');
  }
  if (stream && stream.wordSteps > 0 && network.output !== 'every') {
    problems.push(
      `training.stream.wordSteps: ${stream.wordSteps}, but network.output is ${network.output}, which says nothing at single steps; set output to every, or wordSteps to 0`,
    );
  }
  if (!detector) return problems;
  if (network.head !== 'softmax') problems.push(`detector: needs network.head softmax, it is ${network.head}`);
  if (network.bidirectional) {
    problems.push(
      'detector: hears streams without an end, but a bidirectional network reads sequences from theirs; set network.bidirectional to false',
    );
  }
  const { window, states, ram } = detector;
  if (window === 0 && states > 1) {
    problems.push(
      `detector.states: ${states} states share a sliding window, but there is none; set detector.window, or states to 1`,
    );
  } else if (ram === undefined && window % states !== 0) {
    problems.push(
      `detector.states: ${states} states don't divide detector.window, ${window}, into equal parts; set one of them to fit`,
    );
  }
  return problems;
}
