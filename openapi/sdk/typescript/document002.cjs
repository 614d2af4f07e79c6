// The Axios example of document 002, as it is there but for the address.
const api_server_url = process.env.BASE_URL;

var axios = require('axios');

var config = {
  method: 'get',
  url: `${api_server_url}/user/info?accessToken=AT-4-Q8z-8PhSfm4RYp10WUcpuWSXbjpUIRtW&userId=1`,
  headers: {
    'X-App-Id': '1'
  }
};

axios(config)
.then(function (response) {
  console.log(JSON.stringify(response.data));
})
.catch(function (error) {
  console.log(error);
});
