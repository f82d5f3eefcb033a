import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';

/**
 * Both ends of a line, of which one can be handed to a program as its standard input. Node makes such pairs for
 * descriptors that it passes on, but can not be told to read from the one behind a standard input.
 * @param folder a private one, where the line is a socket for the moment that the ends take to meet
 */
export async function connectedPair(folder: string): Promise<{ own: Socket; inner: Socket }> {
  const server = createServer({ pauseOnConnect: true });
  server.listen(join(folder, 'line'));
  await once(server, 'listening');
  const own = connect(join(folder, 'line'));
  const [[inner]] = await Promise.all([once(server, 'connection'), once(own, 'connect')]);
  server.close();
  return { own, inner };
}
