import axios, { type AxiosRequestConfig } from 'axios';
import { baseUrl } from './common';

/** What umi-request is to the generated functions, by axios. */
export async function request<T>(url: string, options: AxiosRequestConfig): Promise<T> {
  return (await axios.request<T>({ baseURL: baseUrl, url, ...options })).data;
}
