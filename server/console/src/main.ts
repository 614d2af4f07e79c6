import './setup'; // before the router reads the address
import './styles/elements';
import './styles/console.css';
import { createApp } from 'vue';
import App from './App.vue';
import { router } from './router';
import { begin, token } from './session';
import { readSettings, settings } from './settings';

await readSettings();
if (settings.demo && !token.value) begin(settings.demo.token);
createApp(App).use(router).mount('#app');
