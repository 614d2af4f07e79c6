// The facts of a person that can be changed, in the order in which they are shown.
import type { AdminUser } from '../generated';

export const texts = [
  'username', 'nickname', 'realName', 'mobile', 'email', 'birthday', 'signature', 'avatar', 'site', 'company', 'occupation', 'address',
  'zipcode', 'graduateSchool', 'education', 'idCardType', 'identity', 'remark',
] as const satisfies (keyof AdminUser)[];

export const flags = ['mobileVerified', 'emailVerified'] as const satisfies (keyof AdminUser)[];
