// Serves a document as JSON on a free port, and says where.
const { readFileSync } = require('node:fs');
const document = JSON.stringify(require('yaml').parse(readFileSync(process.argv[2], 'utf8')));
const server = require('node:http').createServer((_, answer) => answer.end(document));
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
