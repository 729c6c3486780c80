import { OpenFile } from './file.ts';

/** An open file that is one end of a connection: both ends read, write, poll and are told of changes. */
export abstract class StreamFile extends OpenFile {
  override get canRead(): boolean {
    return true;
  }

  override get canWrite(): boolean {
    return true;
  }

  override get canPoll(): boolean {
    return true;
  }

  override get canAsync(): boolean {
    return true;
  }
}
