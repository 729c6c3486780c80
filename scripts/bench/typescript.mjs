// Runs TypeScript as the package runs it: types stripped, nothing added. tsx also keeps the names of functions by a call
// for each function that comes into being, which makes an allocation twice as slow as it is for a user.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
