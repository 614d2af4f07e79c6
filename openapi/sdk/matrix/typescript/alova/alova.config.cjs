module.exports = {
  generator: [{ input: process.env.CONTRACT_JSON, output: 'client' }],
};
