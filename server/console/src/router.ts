import { shallowRef, watch } from 'vue';
import { createRouter, createWebHashHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router';
import { ask, type Failure, failureOf } from './api';
import { readAdministrator } from './generated';
import Nothing from './pages/Nothing.vue';
import SignIn from './pages/SignIn.vue';
import Users from './pages/Users.vue';
import { may, me, token } from './session';
import { settings } from './settings';
import type { Words } from './words';

declare module 'vue-router' {
  interface RouteMeta {
    /** The right without which the page is not offered; none for the pages that anybody may open. */
    right?: string;
    /** The name in the menu. */
    menu?: keyof Words['menu'];
    /** Whether the page is for those who are not signed in. */
    outside?: boolean;
  }
}

const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: SignIn, meta: { outside: true } },
  { path: '/setup', name: 'setup', component: () => import('./pages/SetUp.vue'), meta: { outside: true } },
  { path: '/users', name: 'users', component: Users, meta: { right: 'users.read', menu: 'users' } },
  { path: '/users/:id', name: 'user', component: () => import('./pages/User.vue'), meta: { right: 'users.read' }, props: true },
  { path: '/sessions', name: 'sessions', component: () => import('./pages/Sessions.vue'), meta: { right: 'sessions.read', menu: 'sessions' } },
  { path: '/lockouts', name: 'lockouts', component: () => import('./pages/Lockouts.vue'), meta: { right: 'lockouts.read', menu: 'lockouts' } },
  { path: '/organisations', name: 'organisations', component: () => import('./pages/Organisations.vue'), meta: { right: 'organisations.read', menu: 'organisations' } },
  { path: '/organisations/:code', name: 'organisation', component: () => import('./pages/Organisation.vue'), meta: { right: 'memberships.read' }, props: true },
  { path: '/roles', name: 'roles', component: () => import('./pages/Roles.vue'), meta: { right: 'roles.read', menu: 'roles' } },
  { path: '/applications', name: 'applications', component: () => import('./pages/Applications.vue'), meta: { right: 'applications.read', menu: 'applications' } },
  { path: '/applications/:id', name: 'application', component: () => import('./pages/Application.vue'), meta: { right: 'applications.read' }, props: true },
  { path: '/keys', name: 'keys', component: () => import('./pages/Keys.vue'), meta: { right: 'keys.read', menu: 'keys' } },
  { path: '/audit', name: 'audit', component: () => import('./pages/Audit.vue'), meta: { right: 'audit.read', menu: 'audit' } },
  { path: '/figures', name: 'figures', component: () => import('./pages/Figures.vue'), meta: { right: 'figures.read', menu: 'figures' } },
  { path: '/webhooks', name: 'webhooks', component: () => import('./pages/Webhooks.vue'), meta: { right: 'webhooks.read', menu: 'webhooks' } },
  { path: '/webhooks/:id', name: 'webhook', component: () => import('./pages/Webhook.vue'), meta: { right: 'webhooks.read' }, props: true },
  { path: '/deliveries', name: 'deliveries', component: () => import('./pages/Deliveries.vue'), meta: { right: 'webhooks.read', menu: 'deliveries' } },
  { path: '/outbox', name: 'outbox', component: () => import('./pages/Outbox.vue'), meta: { menu: 'outbox' } },
  { path: '/:rest(.*)*', name: 'start', component: Nothing },
];

export const router = createRouter({ history: createWebHashHistory(), routes });

/** The pages of the menu, as far as who operates may open them. */
export const menu = () => routes.filter(({ name, meta }) =>
  meta?.menu && (name === 'outbox' ? settings.demo : may(meta.right ?? '')));

/** Why the console could not ask who operates. */
export const arrival = shallowRef<Failure>();

/** Whether a page stays closed: who operates is not known, or lacks its right. Its address stays, to be tried again. */
export const isClosed = ({ meta }: RouteLocationNormalized) => arrival.value !== undefined || (me.value !== undefined && !!meta.right && !may(meta.right));

router.beforeEach(async (to) => {
  if (to.meta.outside) return true;
  const signIn = { name: 'sign-in', query: to.path === '/' ? {} : { to: to.fullPath } };
  if (!token.value) return signIn;
  if (!me.value) {
    try {
      me.value = await ask(readAdministrator());
    } catch (thrown) {
      if (!token.value) return signIn;
      arrival.value = failureOf(thrown);
      return true;
    }
    arrival.value = undefined;
  }
  // The first page of the menu depends on who operates.
  const [first] = menu();
  return to.name === 'start' && first ? { name: first.name, replace: true } : true;
});

// A session that has ended leads to the sign-in, and back to the page after it.
watch(token, (now) => {
  const { meta, fullPath } = router.currentRoute.value;
  if (!now && !meta.outside) void router.replace({ name: 'sign-in', query: { to: fullPath, ended: '1' } });
});
