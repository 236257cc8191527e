const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/compose-BwBxUawP.js","assets/rolldown-runtime-BWaJ3C7D.js","assets/crier-1WNIMMcy.js","assets/esm-DSjsJsQl.js","assets/graphql-DT3c-SaU.js","assets/preload-helper-C56sfcr7.js"])))=>i.map(i=>d[i]);
import{a as e,t}from"./rolldown-runtime-BWaJ3C7D.js";import{a as n,c as r,d as i,i as a,o,r as s,t as c,u as l}from"./crier-1WNIMMcy.js";import{r as u,t as d}from"./preload-helper-C56sfcr7.js";var f=e(i(),1),p=l(),m=f.createContext(void 0),h=e=>{let t=f.useContext(m);if(e)return e;if(!t)throw Error(`No QueryClient set, use QueryClientProvider to set one`);return t},g=({client:e,children:t})=>(f.useEffect(()=>(e.mount(),()=>{e.unmount()}),[e]),(0,p.jsx)(m.Provider,{value:e,children:t})),_={setTimeout:(e,t)=>setTimeout(e,t),clearTimeout:e=>clearTimeout(e),setInterval:(e,t)=>setInterval(e,t),clearInterval:e=>clearInterval(e)},v=new class{#e=_;setTimeoutProvider(e){this.#e=e}setTimeout(e,t){return this.#e.setTimeout(e,t)}clearTimeout(e){this.#e.clearTimeout(e)}setInterval(e,t){return this.#e.setInterval(e,t)}clearInterval(e){this.#e.clearInterval(e)}};function ee(e){setTimeout(e,0)}var te=typeof window>`u`||`Deno`in globalThis;function y(){}function ne(e,t){return typeof e==`function`?e(t):e}function re(e){return typeof e==`number`&&e>=0&&e!==1/0}function ie(e,t){return Math.max(e+(t||0)-Date.now(),0)}function b(e,t){return typeof e==`function`?e(t):e}function ae(e,t){let{type:n=`all`,exact:r,fetchStatus:i,predicate:a,queryKey:o,stale:s}=e;if(o){if(r){if(t.queryHash!==se(o,t.options))return!1}else if(!S(t.queryKey,o))return!1}if(n!==`all`){let e=t.isActive();if(n===`active`&&!e||n===`inactive`&&e)return!1}return!(typeof s==`boolean`&&t.isStale()!==s||i&&i!==t.state.fetchStatus||a&&!a(t))}function oe(e,t){let{exact:n,status:r,predicate:i,mutationKey:a}=e;if(a){if(!t.options.mutationKey)return!1;if(n){if(x(t.options.mutationKey)!==x(a))return!1}else if(!S(t.options.mutationKey,a))return!1}return!(r&&t.state.status!==r||i&&!i(t))}function se(e,t){return(t?.queryKeyHashFn||x)(e)}function x(e){return JSON.stringify(e,(e,t)=>fe(t)?Object.keys(t).sort().reduce((e,n)=>(e[n]=t[n],e),{}):t)}function S(e,t){if(e===t)return!0;if(typeof e!=typeof t)return!1;if(e&&t&&typeof e==`object`&&typeof t==`object`){if(Array.isArray(e)&&Array.isArray(t)){if(t.length>e.length)return!1;for(let n=0;n<t.length;n++)if(!S(e[n],t[n]))return!1;return!0}let n=Object.keys(t);for(let r of n)if(!S(e[r],t[r]))return!1;return!0}return!1}var ce=Object.prototype.hasOwnProperty;function le(e,t,n=0){if(e===t)return e;if(n>500)return t;let r=de(e)&&de(t);if(!r&&!(fe(e)&&fe(t)))return t;let i=(r?e:Object.keys(e)).length,a=r?t:Object.keys(t),o=a.length,s=r?Array(o):{},c=0;for(let l=0;l<o;l++){let o=r?l:a[l],u=e[o],d=t[o];if(u===d){s[o]=u,(r?l<i:ce.call(e,o))&&c++;continue}if(u===null||d===null||typeof u!=`object`||typeof d!=`object`){s[o]=d;continue}let f=le(u,d,n+1);s[o]=f,f===u&&c++}return i===o&&c===i?e:s}function ue(e,t){if(!t||Object.keys(e).length!==Object.keys(t).length)return!1;for(let n of Object.keys(e))if(!ce.call(t,n)||e[n]!==t[n])return!1;return!0}function de(e){return Array.isArray(e)&&e.length===Object.keys(e).length}function fe(e){if(!pe(e))return!1;let t=Object.getPrototypeOf(e),n=t?.constructor;if(n===void 0)return!0;if(typeof n!=`function`)return!1;let r=n.prototype;return!(!pe(r)||!r.hasOwnProperty(`isPrototypeOf`)||t!==Object.prototype)}function pe(e){return Object.prototype.toString.call(e)===`[object Object]`}function me(e){return new Promise(t=>{v.setTimeout(t,e)})}function he(e,t,n){return typeof n.structuralSharing==`function`?n.structuralSharing(e,t):n.structuralSharing===!1?t:le(e,t)}function C(e){return e}function ge(e,t,n=0){let r=[...e,t];return n&&r.length>n?r.slice(-n):r}function _e(e,t,n=0){let r=[t,...e];return n&&r.length>n?r.slice(0,n):r}var ve=Symbol();function ye(e,t){return!e.queryFn&&t?.initialPromise?()=>t.initialPromise:!e.queryFn||e.queryFn===ve?()=>Promise.reject(Error(`Missing queryFn: '${e.queryHash}'`)):e.queryFn}function be(e,t){return typeof e==`function`?e(...t):!!e}var xe=Symbol();function Se(e,t,n,r){let i=!1,a;return Object.defineProperties(e,{[xe]:{value:r},signal:{enumerable:!0,get:()=>(a??=t(),i||(i=!0,a.aborted?n():a.addEventListener(`abort`,n,{once:!0})),a)}}),e}var Ce=()=>te,we=()=>Ce(),w=class{constructor(){this.listeners=new Set,this.subscribe=this.subscribe.bind(this)}subscribe(e){return this.listeners.add(e),this.onSubscribe(),()=>{this.listeners.delete(e),this.onUnsubscribe()}}hasListeners(){return this.listeners.size>0}onSubscribe(){}onUnsubscribe(){}},Te=new class extends w{#e;#t;#n;constructor(){super(),this.#n=e=>{if(typeof window<`u`&&window.addEventListener){let t=()=>e();return window.addEventListener(`visibilitychange`,t,!1),()=>{window.removeEventListener(`visibilitychange`,t)}}}}onSubscribe(){this.#t||this.setEventListener(this.#n)}onUnsubscribe(){this.hasListeners()||(this.#t?.(),this.#t=void 0)}setEventListener(e){this.#n=e,this.#t?.(),this.#t=e(e=>{typeof e==`boolean`?this.setFocused(e):this.onFocus()})}setFocused(e){this.#e!==e&&(this.#e=e,this.onFocus())}onFocus(){let e=this.isFocused();this.listeners.forEach(t=>{t(e)})}isFocused(){return typeof this.#e==`boolean`?this.#e:globalThis.document?.visibilityState!==`hidden`}},Ee=ee;function De(){let e=[],t=0,n=e=>{e()},r=e=>{e()},i=Ee,a=r=>{t?e.push(r):i(()=>{n(r)})},o=()=>{let t=e;e=[],t.length&&i(()=>{r(()=>{t.forEach(e=>{n(e)})})})};return{batch:e=>{let n;t++;try{n=e()}finally{t--,t||o()}return n},batchCalls:e=>(...t)=>{a(()=>{e(...t)})},schedule:a,setNotifyFunction:e=>{n=e},setBatchNotifyFunction:e=>{r=e},setScheduler:e=>{i=e}}}var T=De(),Oe=new class extends w{#e=!0;#t;#n;constructor(){super(),this.#n=e=>{if(typeof window<`u`&&window.addEventListener){let t=()=>e(!0),n=()=>e(!1);return window.addEventListener(`online`,t,!1),window.addEventListener(`offline`,n,!1),()=>{window.removeEventListener(`online`,t),window.removeEventListener(`offline`,n)}}}}onSubscribe(){this.#t||this.setEventListener(this.#n)}onUnsubscribe(){this.hasListeners()||(this.#t?.(),this.#t=void 0)}setEventListener(e){this.#n=e,this.#t?.(),this.#t=e(this.setOnline.bind(this))}setOnline(e){this.#e!==e&&(this.#e=e,this.listeners.forEach(t=>{t(e)}))}isOnline(){return this.#e}};function ke(e){return Math.min(1e3*2**e,3e4)}function Ae(e){return(e??`online`)!==`online`||Oe.isOnline()}var je=class extends Error{constructor(e){super(`CancelledError`),this.revert=e?.revert,this.silent=e?.silent}};function Me(e){let t=!1,n=0,r,i=`pending`,a,o,s=new Promise((e,t)=>{a=e,o=t});s.catch(y);let c=()=>i!==`pending`,l=t=>{if(!c()){let n=new je(t);h(n),e.onCancel?.(n)}},u=()=>{t=!0},d=()=>{t=!1},f=()=>Te.isFocused()&&(e.networkMode===`always`||Oe.isOnline())&&e.canRun(),p=()=>Ae(e.networkMode)&&e.canRun(),m=e=>{c()||(r?.(),i=`resolved`,a(e))},h=e=>{c()||(r?.(),i=`rejected`,o(e))},g=t=>new Promise(n=>{r=e=>{(c()||t())&&n(e)},e.onPause?.()}).then(()=>{r=void 0,c()||e.onContinue?.()}),_=()=>{if(c())return;let r,i=n===0?e.initialPromise:void 0;try{r=i??e.fn()}catch(e){r=Promise.reject(e)}Promise.resolve(r).then(m).catch(r=>{if(c())return;let i=e.retry??(we()?0:3),a=e.retryDelay??ke,o=typeof a==`function`?a(n,r):a,s=i===!0||typeof i==`number`&&n<i||typeof i==`function`&&i(n,r);t||!s?h(r):(n++,e.onFail?.(n,r),me(o).then(()=>c()||f()?void 0:g(f)).then(()=>{t?h(r):_()}))})};return{promise:s,status:()=>i,cancel:l,continue:()=>(r?.(),s),cancelRetry:u,continueRetry:d,canStart:p,start:()=>(p()?_():g(p).then(_),s)}}function Ne(e){return{onFetch:(t,n)=>{let r=t.options,i=t.fetchOptions?.meta?.fetchMore?.direction,a=t.state.data?.pages||[],o=t.state.data?.pageParams||[],s={pages:[],pageParams:[]},c=0,l=async()=>{let n=!1,l=t,u=e=>{Se(e,()=>t.signal,()=>n=!0,l[xe])},d=ye(t.options,t.fetchOptions),f=async(e,r,i)=>{if(n)return Promise.reject(t.signal.reason);if(r==null&&e.pages.length)return Promise.resolve(e);let a=(()=>{let e={client:t.client,queryKey:t.queryKey,pageParam:r,direction:i?`backward`:`forward`,meta:t.options.meta};return u(e),e})(),o=await d(a),{maxPages:s}=t.options,c=i?_e:ge;return{pages:c(e.pages,o,s),pageParams:c(e.pageParams,r,s)}};if(i&&a.length){let e=i===`backward`,t=e?Fe:Pe,n={pages:a,pageParams:o};s=await f(n,t(r,n),e)}else{let t=e??a.length;do{let e=c===0?o[0]===void 0?r.initialPageParam:o[0]:Pe(r,s);if(c>0&&e==null)break;s=await f(s,e),c++}while(c<t)}return s};t.fetchFn=t.options.persister?()=>t.options.persister?.(l,{client:t.client,queryKey:t.queryKey,meta:t.options.meta,signal:t.signal},n):l}}}function Pe(e,{pages:t,pageParams:n}){let r=t.length-1;return t.length>0?e.getNextPageParam(t[r],t,n[r],n):void 0}function Fe(e,{pages:t,pageParams:n}){return t.length>0?e.getPreviousPageParam?.(t[0],t,n[0],n):void 0}var Ie=class{#e;destroy(){this.clearGcTimeout()}scheduleGc(){this.clearGcTimeout(),re(this.gcTime)&&(this.#e=v.setTimeout(()=>{this.optionalRemove()},this.gcTime))}updateGcTime(e){this.gcTime=Math.max(this.gcTime||0,e??(we()?1/0:3e5))}clearGcTimeout(){this.#e!==void 0&&(v.clearTimeout(this.#e),this.#e=void 0)}},Le=class extends Ie{#e;#t;#n;#r;#i;#a;#o;#s;#c;constructor(e){super(),this.#c=!1,this.#s=e.defaultOptions,this.setOptions(e.options),this.observers=[],this.#i=e.client,this.#r=this.#i.getQueryCache(),this.queryKey=e.queryKey,this.queryHash=e.queryHash,this.#t=Be(this.options),this.state=e.state??this.#t,this.scheduleGc()}get meta(){return this.options.meta}get queryType(){return this.#e}get promise(){return this.#a?.promise}setOptions(e){if(this.options={...this.#s,...e},e?._type&&(this.#e=e._type),this.updateGcTime(this.options.gcTime),this.state&&this.state.data===void 0){let e=Be(this.options);e.data!==void 0&&(this.setState(ze(e.data,e.dataUpdatedAt)),this.#t=e)}}optionalRemove(){!this.observers.length&&this.state.fetchStatus===`idle`&&this.#r.remove(this)}setData(e,t){let n=he(this.state.data,e,this.options);return this.#l({data:n,type:`success`,dataUpdatedAt:t?.updatedAt,manual:t?.manual}),n}setState(e){this.#l({type:`setState`,state:e})}cancel(e){let t=this.#a?.promise;return this.#a?.cancel(e),t?t.then(y).catch(y):Promise.resolve()}destroy(){super.destroy(),this.cancel({silent:!0})}get resetState(){return this.#t}reset(){this.destroy(),this.setState(this.resetState)}isActive(){return this.observers.some(e=>b(e.options.enabled,this)!==!1)}isDisabled(){return this.getObserversCount()>0?!this.isActive():this.options.queryFn===ve||!this.isFetched()}isFetched(){return this.state.dataUpdateCount+this.state.errorUpdateCount>0}isStatic(){return this.state.data!==void 0&&this.getObserversCount()>0&&this.observers.some(e=>b(e.options.staleTime,this)===`static`)}isStale(){return this.getObserversCount()>0?this.observers.some(e=>e.getCurrentResult().isStale):this.state.data===void 0||this.state.isInvalidated}isStaleByTime(e=0){return this.state.data===void 0?!0:e===`static`?!1:this.state.isInvalidated?!0:!ie(this.state.dataUpdatedAt,e)}onFocus(){this.observers.find(e=>e.shouldFetchOnWindowFocus())?.refetch({cancelRefetch:!1}),this.#a?.continue()}onOnline(){this.observers.find(e=>e.shouldFetchOnReconnect())?.refetch({cancelRefetch:!1}),this.#a?.continue()}addObserver(e){this.observers.includes(e)||(this.observers.push(e),this.clearGcTimeout(),this.#r.notify({type:`observerAdded`,query:this,observer:e}))}removeObserver(e){let t=this.observers.indexOf(e);t!==-1&&(this.observers.splice(t,1),this.observers.length||(this.#a&&(this.#c||this.state.fetchStatus===`paused`&&this.state.status===`pending`?this.#a.cancel({revert:!0}):this.#a.cancelRetry()),this.scheduleGc()),this.#r.notify({type:`observerRemoved`,query:this,observer:e}))}getObserversCount(){return this.observers.length}invalidate(){this.state.isInvalidated||this.#l({type:`invalidate`})}async fetch(e,t){if(this.state.fetchStatus!==`idle`&&this.#a?.status()!==`rejected`){if(this.state.data!==void 0&&t?.cancelRefetch)this.cancel({silent:!0});else if(this.#a&&this.#o)return this.#a.continueRetry(),this.#o}if(e&&this.setOptions(e),!this.options.queryFn){let e=this.observers.find(e=>e.options.queryFn);e&&this.setOptions(e.options)}let n=new AbortController,r=e=>{Object.defineProperties(e,{[xe]:{value:n.signal,enumerable:!0},signal:{enumerable:!0,get:()=>(this.#c=!0,n.signal)}})},i=()=>{let e=ye(this.options,t),n=(()=>{let e={client:this.#i,queryKey:this.queryKey,meta:this.meta};return r(e),e})();return this.#c=!1,this.options.persister?this.options.persister(e,n,this):e(n)},a=(()=>{let e={fetchOptions:t,options:this.options,queryKey:this.queryKey,client:this.#i,state:this.state,fetchFn:i};return r(e),e})();(this.#e===`infinite`?Ne(this.options.pages):this.options.behavior)?.onFetch(a,this),this.#n=this.state,(this.state.fetchStatus===`idle`||this.state.fetchMeta!==a.fetchOptions?.meta)&&this.#l({type:`fetch`,meta:a.fetchOptions?.meta});let o=this.#a=Me({initialPromise:t?.initialPromise,fn:a.fetchFn,onCancel:e=>{e instanceof je&&e.revert&&this.setState({...this.#n,fetchStatus:`idle`}),n.abort()},onFail:(e,t)=>{this.#l({type:`failed`,failureCount:e,error:t})},onPause:()=>{this.#l({type:`pause`})},onContinue:()=>{this.#l({type:`continue`})},retry:a.options.retry,retryDelay:a.options.retryDelay,networkMode:a.options.networkMode,canRun:()=>!0}),s=(async()=>{try{let e=await o.promise;if(e===void 0)throw Error(`${this.queryHash} data is undefined`);return this.setData(e),this.#r.config.onSuccess?.(e,this),this.#r.config.onSettled?.(e,this.state.error,this),e}catch(e){if(e instanceof je){if(e.silent){if(this.#a!==o&&this.#o)return this.#o;throw e}if(e.revert){if(this.state.data===void 0)throw e;return this.state.data}}throw this.#l({type:`error`,error:e}),this.#r.config.onError?.(e,this),this.#r.config.onSettled?.(this.state.data,e,this),e}finally{this.#a===o&&(this.#a=void 0,this.#o=void 0),this.scheduleGc()}})();return this.#o=s,o.start(),s}#l(e){let t=t=>{switch(e.type){case`failed`:return{...t,fetchFailureCount:e.failureCount,fetchFailureReason:e.error};case`pause`:return{...t,fetchStatus:`paused`};case`continue`:return{...t,fetchStatus:`fetching`};case`fetch`:return{...t,...Re(t.data,this.options),fetchMeta:e.meta??null};case`success`:{let n={...t,...ze(e.data,e.dataUpdatedAt),dataUpdateCount:t.dataUpdateCount+1,...!e.manual&&{fetchStatus:`idle`,fetchFailureCount:0,fetchFailureReason:null}};return this.#n=e.manual?n:void 0,n}case`error`:{let n=e.error;return{...t,error:n,errorUpdateCount:t.errorUpdateCount+1,errorUpdatedAt:Date.now(),fetchFailureCount:t.fetchFailureCount+1,fetchFailureReason:n,fetchStatus:`idle`,status:`error`,isInvalidated:!0}}case`invalidate`:return{...t,isInvalidated:!0};case`setState`:return{...t,...e.state}}};this.state=t(this.state),T.batch(()=>{this.observers.slice().forEach(e=>{e.onQueryUpdate()}),this.#r.notify({query:this,type:`updated`,action:e})})}};function Re(e,t){return{fetchFailureCount:0,fetchFailureReason:null,fetchStatus:Ae(t.networkMode)?`fetching`:`paused`,...e===void 0&&{error:null,status:`pending`}}}function ze(e,t){return{data:e,dataUpdatedAt:t??Date.now(),error:null,isInvalidated:!1,status:`success`}}function Be(e){let t=typeof e.initialData==`function`?e.initialData():e.initialData,n=t!==void 0,r=n?typeof e.initialDataUpdatedAt==`function`?e.initialDataUpdatedAt():e.initialDataUpdatedAt:0;return{data:t,dataUpdateCount:0,dataUpdatedAt:n?r??Date.now():0,error:null,errorUpdateCount:0,errorUpdatedAt:0,fetchFailureCount:0,fetchFailureReason:null,fetchMeta:null,isInvalidated:!1,status:n?`success`:`pending`,fetchStatus:`idle`}}var Ve=class extends w{#e;#t=void 0;#n=void 0;#r=void 0;#i;#a;#o;#s;#c;#l;#u;#d;#f;#p=new Set;constructor(e,t){super(),this.options=t,this.#e=e,this.#o=null,this.bindMethods(),this.setOptions(t)}bindMethods(){this.refetch=this.refetch.bind(this)}onSubscribe(){this.listeners.size===1&&(this.#t.addObserver(this),Ue(this.#t,this.options)?this.#m():this.updateResult(),this.#y())}onUnsubscribe(){this.hasListeners()||this.destroy()}shouldFetchOnReconnect(){return We(this.#t,this.options,this.options.refetchOnReconnect)}shouldFetchOnWindowFocus(){return We(this.#t,this.options,this.options.refetchOnWindowFocus)}destroy(){this.listeners=new Set,this.#b(),this.#x(),this.#t.removeObserver(this)}setOptions(e){let t=this.options,n=this.#t;if(this.options=this.#e.defaultQueryOptions(e),this.options.enabled!==void 0&&typeof this.options.enabled!=`boolean`&&typeof this.options.enabled!=`function`&&typeof b(this.options.enabled,this.#t)!=`boolean`)throw Error(`Expected enabled to be a boolean or a callback that returns a boolean`);this.#S(),this.#t.setOptions(this.options),t._defaulted&&!ue(this.options,t)&&this.#e.getQueryCache().notify({type:`observerOptionsUpdated`,query:this.#t,observer:this});let r=this.hasListeners();r&&Ge(this.#t,n,this.options,t)&&this.#m(),this.updateResult(),r&&(this.#t!==n||b(this.options.enabled,this.#t)!==b(t.enabled,this.#t)||b(this.options.staleTime,this.#t)!==b(t.staleTime,this.#t))&&this.#g();let i=this.#_();r&&(this.#t!==n||b(this.options.enabled,this.#t)!==b(t.enabled,this.#t)||i!==this.#f)&&this.#v(i)}getOptimisticResult(e){let t=this.#e.getQueryCache().build(this.#e,e),n=this.createResult(t,e);return ue(this.getCurrentResult(),n)||(this.#r=n,this.#a=this.options,this.#i=this.#t.state),n}getCurrentResult(){return this.#r}trackResult(e,t){return new Proxy(e,{get:(e,n)=>(this.trackProp(n),t?.(n),Reflect.get(e,n))})}trackProp(e){this.#p.add(e)}getCurrentQuery(){return this.#t}refetch({...e}={}){return this.fetch({...e})}fetchOptimistic(e){let t=this.#e.defaultQueryOptions(e),n=this.#e.getQueryCache().build(this.#e,t),r=()=>{},i,a=new Promise(e=>{i=e,r=this.#e.getQueryCache().subscribe(i=>{i.type===`updated`&&i.query.queryHash===n.queryHash&&n.state.data!==void 0&&(r(),e(this.createResult(n,t)))})});return Promise.race([n.fetch(t).then(()=>{let e=this.createResult(n,t);return i?.(e),e}).finally(()=>{r()}),a])}fetch(e){return this.#m({...e,cancelRefetch:e.cancelRefetch??!0}).then(()=>(this.updateResult(),this.#r))}#m(e){this.#S();let t=this.#t.fetch(this.options,e);return e?.throwOnError||(t=t.catch(y)),t}#h(e){return!we()&&b(this.options.enabled,this.#t)!==!1&&re(e)}#g(){this.#b();let e=b(this.options.staleTime,this.#t);if(this.#r.isStale||!this.#h(e))return;let t=ie(this.#r.dataUpdatedAt,e)+1;this.#u=v.setTimeout(()=>{this.#r.isStale||this.updateResult()},t)}#_(){return b(this.options.refetchInterval,this.#t)??!1}#v(e){this.#x(),this.#f=e,this.#f!==0&&this.#h(this.#f)&&(this.#d=v.setInterval(()=>{(this.options.refetchIntervalInBackground||Te.isFocused())&&this.#m()},this.#f))}#y(){this.#g(),this.#v(this.#_())}#b(){this.#u!==void 0&&(v.clearTimeout(this.#u),this.#u=void 0)}#x(){this.#d!==void 0&&(v.clearInterval(this.#d),this.#d=void 0)}createResult(e,t){let n=this.#t,r=this.options,i=this.#r,a=this.#i,o=this.#a,s=e===n?this.#n:e.state,{state:c}=e,l={...c},u=!1,d;if(t._optimisticResults){let i=this.hasListeners(),a=!i&&Ue(e,t),o=i&&Ge(e,n,t,r);(a||o)&&(l={...l,...Re(c.data,e.options)}),t._optimisticResults===`isRestoring`&&(l.fetchStatus=`idle`)}let{error:f,errorUpdatedAt:p,status:m}=l;d=l.data;let h=!1;if(t.placeholderData!==void 0&&d===void 0&&m===`pending`){let e;i?.isPlaceholderData&&t.placeholderData===o?.placeholderData?(e=i.data,h=!0):e=typeof t.placeholderData==`function`?t.placeholderData(this.#l?.state.data,this.#l):t.placeholderData,e!==void 0&&(m=`success`,d=he(i?.data,e,t),u=!0)}if(t.select&&d!==void 0&&!h){if(i&&d===a?.data&&t.select===this.#s)d=this.#c;else try{this.#s=t.select,d=t.select(d),d=he(i?.data,d,t),this.#c=d,this.#o=null}catch(e){this.#o=e}}else d===void 0&&(this.#o=null);this.#o&&(f=this.#o,d=this.#c,p=i?.error===f?i.errorUpdatedAt:Date.now(),m=`error`,u=!1);let g=l.fetchStatus===`fetching`,_=m===`pending`,v=m===`error`,ee=_&&g,te=d!==void 0;return{status:m,fetchStatus:l.fetchStatus,isPending:_,isSuccess:m===`success`,isError:v,isInitialLoading:ee,isLoading:ee,data:d,dataUpdatedAt:l.dataUpdatedAt,error:f,errorUpdatedAt:p,failureCount:l.fetchFailureCount,failureReason:l.fetchFailureReason,errorUpdateCount:l.errorUpdateCount,isFetched:e.isFetched(),isFetchedAfterMount:l.dataUpdateCount>s.dataUpdateCount||l.errorUpdateCount>s.errorUpdateCount,isFetching:g,isRefetching:g&&!_,isLoadingError:v&&!te,isPaused:l.fetchStatus===`paused`,isPlaceholderData:u,isRefetchError:v&&te,isStale:Ke(e,t),refetch:this.refetch,isEnabled:b(t.enabled,e)!==!1}}updateResult(){let e=this.#r,t=this.createResult(this.#t,this.options);if(this.#i=this.#t.state,this.#a=this.options,this.#i.data!==void 0&&(this.#l=this.#t),ue(t,e))return;this.#r=t;let n=(()=>{if(!e)return!0;let{notifyOnChangeProps:t}=this.options,n=typeof t==`function`?t():t;if(n===`all`||!n&&!this.#p.size||this.options.throwOnError&&this.#r.error!==e.error)return!0;for(let t of n??this.#p)if(this.#r[t]!==e[t])return!0;return!1})();T.batch(()=>{n&&this.listeners.forEach(e=>{e(this.#r)}),this.#e.getQueryCache().notify({query:this.#t,type:`observerResultsUpdated`})})}#S(){let e=this.#e.getQueryCache().build(this.#e,this.options);if(e===this.#t)return;let t=this.#t;this.#t=e,this.#n=e.state,this.hasListeners()&&(t?.removeObserver(this),e.addObserver(this))}onQueryUpdate(){this.updateResult(),this.hasListeners()&&this.#y()}};function He(e,t){return b(t.enabled,e)!==!1&&e.state.data===void 0&&(e.state.status!==`error`||b(t.retryOnMount,e)!==!1)}function Ue(e,t){return He(e,t)||e.state.data!==void 0&&We(e,t,t.refetchOnMount)}function We(e,t,n){if(b(t.enabled,e)!==!1&&b(t.staleTime,e)!==`static`){let r=b(n,e);return r===`always`||r!==!1&&Ke(e,t)}return!1}function Ge(e,t,n,r){return(e!==t||b(r.enabled,e)===!1)&&(!n.suspense||e.state.status!==`error`)&&Ke(e,n)}function Ke(e,t){return b(t.enabled,e)!==!1&&e.isStaleByTime(b(t.staleTime,e))}var qe=class extends Ie{#e;#t;#n;#r;constructor(e){super(),this.#e=e.client,this.mutationId=e.mutationId,this.#n=e.mutationCache,this.#t=[],this.state=e.state||Je(),this.setOptions(e.options),this.scheduleGc()}setOptions(e){this.options=e,this.updateGcTime(this.options.gcTime)}get meta(){return this.options.meta}addObserver(e){this.#t.includes(e)||(this.#t.push(e),this.clearGcTimeout(),this.#n.notify({type:`observerAdded`,mutation:this,observer:e}))}removeObserver(e){this.#t=this.#t.filter(t=>t!==e),this.scheduleGc(),this.#n.notify({type:`observerRemoved`,mutation:this,observer:e})}optionalRemove(){this.#t.length||(this.state.status===`pending`?this.scheduleGc():this.#n.remove(this))}continue(){return this.#r?.continue()??(this.state.status===`pending`?this.execute(this.state.variables):Promise.resolve())}async execute(e){let t=()=>{this.#i({type:`continue`})},n={client:this.#e,meta:this.options.meta,mutationKey:this.options.mutationKey},r=this.#r=Me({fn:()=>this.options.mutationFn?this.options.mutationFn(e,n):Promise.reject(Error(`No mutationFn found`)),onFail:(e,t)=>{this.#i({type:`failed`,failureCount:e,error:t})},onPause:()=>{this.#i({type:`pause`})},onContinue:t,retry:this.options.retry??0,retryDelay:this.options.retryDelay,networkMode:this.options.networkMode,canRun:()=>this.#n.canRun(this)}),i=this.state.status===`pending`,a=!r.canStart();try{if(i)t();else{this.#i({type:`pending`,variables:e,isPaused:a}),this.#n.config.onMutate&&await this.#n.config.onMutate(e,this,n);let t=await this.options.onMutate?.(e,n);t!==this.state.context&&this.#i({type:`pending`,context:t,variables:e,isPaused:a})}this.state.isPaused&&r.canStart()&&t();let o=await r.start();return await this.#n.config.onSuccess?.(o,e,this.state.context,this,n),await this.options.onSuccess?.(o,e,this.state.context,n),await this.#n.config.onSettled?.(o,null,this.state.variables,this.state.context,this,n),await this.options.onSettled?.(o,null,e,this.state.context,n),this.#i({type:`success`,data:o}),o}catch(t){try{await this.#n.config.onError?.(t,e,this.state.context,this,n)}catch(e){Promise.reject(e)}try{await this.options.onError?.(t,e,this.state.context,n)}catch(e){Promise.reject(e)}try{await this.#n.config.onSettled?.(void 0,t,this.state.variables,this.state.context,this,n)}catch(e){Promise.reject(e)}try{await this.options.onSettled?.(void 0,t,e,this.state.context,n)}catch(e){Promise.reject(e)}throw this.#i({type:`error`,error:t}),t}finally{this.#r===r&&(this.#r=void 0),this.#n.runNext(this)}}#i(e){let t=t=>{switch(e.type){case`failed`:return{...t,failureCount:e.failureCount,failureReason:e.error};case`pause`:return{...t,isPaused:!0};case`continue`:return{...t,isPaused:!1};case`pending`:return{...t,context:e.context,data:void 0,failureCount:0,failureReason:null,error:null,isPaused:e.isPaused,status:`pending`,variables:e.variables,submittedAt:Date.now()};case`success`:return{...t,data:e.data,failureCount:0,failureReason:null,error:null,status:`success`,isPaused:!1};case`error`:return{...t,data:void 0,error:e.error,failureCount:t.failureCount+1,failureReason:e.error,isPaused:!1,status:`error`}}};this.state=t(this.state),T.batch(()=>{this.#t.forEach(t=>{t.onMutationUpdate(e)}),this.#n.notify({mutation:this,type:`updated`,action:e})})}};function Je(){return{context:void 0,data:void 0,error:null,failureCount:0,failureReason:null,isPaused:!1,status:`idle`,variables:void 0,submittedAt:0}}var Ye=class extends w{#e;#t;#n;constructor(e={}){super(),this.config=e,this.#e=new Set,this.#t=new Map,this.#n=0}build(e,t,n){let r=new qe({client:e,mutationCache:this,mutationId:++this.#n,options:e.defaultMutationOptions(t),state:n});return this.add(r),r}add(e){this.#e.add(e);let t=Xe(e);if(typeof t==`string`){let n=this.#t.get(t);n?n.push(e):this.#t.set(t,[e])}this.notify({type:`added`,mutation:e})}remove(e){if(this.#e.delete(e)){let t=Xe(e);if(typeof t==`string`){let n=this.#t.get(t);if(n){if(n.length>1){let t=n.indexOf(e);t!==-1&&n.splice(t,1)}else n[0]===e&&this.#t.delete(t)}}}this.notify({type:`removed`,mutation:e})}canRun(e){let t=Xe(e);if(typeof t==`string`){let n=this.#t.get(t)?.find(e=>e.state.status===`pending`);return!n||n===e}return!0}runNext(e){let t=Xe(e);return typeof t==`string`?(this.#t.get(t)?.find(t=>t!==e&&t.state.isPaused))?.continue()??Promise.resolve():Promise.resolve()}clear(){T.batch(()=>{let e=this.getAll();this.#e.clear(),this.#t.clear(),e.forEach(e=>{this.notify({type:`removed`,mutation:e})})})}getAll(){return Array.from(this.#e)}find(e){let t={exact:!0,...e};return this.getAll().find(e=>oe(t,e))}findAll(e={}){return this.getAll().filter(t=>oe(e,t))}notify(e){T.batch(()=>{this.listeners.forEach(t=>{t(e)})})}resumePausedMutations(){let e=this.getAll().filter(e=>e.state.isPaused);return T.batch(()=>Promise.all(e.map(e=>e.continue().catch(y))))}};function Xe(e){return e.options.scope?.id}var Ze=class extends w{#e;#t=void 0;#n;#r;constructor(e,t){super(),this.#e=e,this.setOptions(t),this.bindMethods(),this.#i()}bindMethods(){this.mutate=this.mutate.bind(this),this.reset=this.reset.bind(this)}setOptions(e){let t=this.options;this.options=this.#e.defaultMutationOptions(e),ue(this.options,t)||this.#e.getMutationCache().notify({type:`observerOptionsUpdated`,mutation:this.#n,observer:this}),t?.mutationKey&&this.options.mutationKey&&x(t.mutationKey)!==x(this.options.mutationKey)?this.reset():this.#n?.state.status===`pending`&&this.#n.setOptions(this.options)}onSubscribe(){this.listeners.size===1&&this.#n&&(this.#n.addObserver(this),this.#i())}onUnsubscribe(){this.hasListeners()||this.#n?.removeObserver(this)}onMutationUpdate(e){this.#i(),this.#a(e)}getCurrentResult(){return this.#t}reset(){this.#n?.removeObserver(this),this.#n=void 0,this.#i(),this.#a()}mutate(e,t){return this.#r=t,this.#n?.removeObserver(this),this.#n=this.#e.getMutationCache().build(this.#e,this.options),this.#n.addObserver(this),this.#n.execute(e)}#i(){let e=this.#n?.state??Je();this.#t={...e,isPending:e.status===`pending`,isSuccess:e.status===`success`,isError:e.status===`error`,isIdle:e.status===`idle`,mutate:this.mutate,reset:this.reset}}#a(e){T.batch(()=>{let t=this.#r;if(t&&this.hasListeners()){let n=this.#t.variables,r=this.#t.context,i={client:this.#e,meta:this.options.meta,mutationKey:this.options.mutationKey};if(e?.type===`success`){try{t.onSuccess?.(e.data,n,r,i)}catch(e){Promise.reject(e)}try{t.onSettled?.(e.data,null,n,r,i)}catch(e){Promise.reject(e)}}else if(e?.type===`error`){try{t.onError?.(e.error,n,r,i)}catch(e){Promise.reject(e)}try{t.onSettled?.(void 0,e.error,n,r,i)}catch(e){Promise.reject(e)}}}this.listeners.forEach(e=>{e(this.#t)})})}},Qe=class extends w{#e;constructor(e={}){super(),this.config=e,this.#e=new Map}build(e,t,n){let r=t.queryKey,i=t.queryHash??se(r,t),a=this.get(i);return a||(a=new Le({client:e,queryKey:r,queryHash:i,options:e.defaultQueryOptions(t),state:n,defaultOptions:e.getQueryDefaults(r)}),this.add(a)),a}add(e){this.#e.has(e.queryHash)||(this.#e.set(e.queryHash,e),this.notify({type:`added`,query:e}))}remove(e){this.#e.get(e.queryHash)===e&&(e.destroy(),this.#e.delete(e.queryHash),this.notify({type:`removed`,query:e}))}clear(){T.batch(()=>{this.getAll().forEach(e=>{this.remove(e)})})}get(e){return this.#e.get(e)}getAll(){return[...this.#e.values()]}find(e){let t={exact:!0,...e};return this.getAll().find(e=>ae(t,e))}findAll(e={}){let t=this.getAll();return Object.keys(e).length>0?t.filter(t=>ae(e,t)):t}notify(e){T.batch(()=>{this.listeners.forEach(t=>{t(e)})})}onFocus(){T.batch(()=>{this.getAll().forEach(e=>{e.onFocus()})})}onOnline(){T.batch(()=>{this.getAll().forEach(e=>{e.onOnline()})})}},$e=class{#e;#t;#n;#r;#i;#a;#o;#s;constructor(e={}){this.#e=e.queryCache||new Qe,this.#t=e.mutationCache||new Ye,this.#n=e.defaultOptions||{},this.#r=new Map,this.#i=new Map,this.#a=0}mount(){this.#a++,this.#a===1&&(this.#o=Te.subscribe(async e=>{e&&(await this.resumePausedMutations(),this.#e.onFocus())}),this.#s=Oe.subscribe(async e=>{e&&(await this.resumePausedMutations(),this.#e.onOnline())}))}unmount(){this.#a--,this.#a===0&&(this.#o?.(),this.#o=void 0,this.#s?.(),this.#s=void 0)}isFetching(e){return this.#e.findAll({...e,fetchStatus:`fetching`}).length}isMutating(e){return this.#t.findAll({...e,status:`pending`}).length}getQueryData(e){let t=this.defaultQueryOptions({queryKey:e});return this.#e.get(t.queryHash)?.state.data}ensureQueryData(e){let t=this.defaultQueryOptions(e),n=this.#e.build(this,t),r=n.state.data;return r===void 0?this.fetchQuery(e):(e.revalidateIfStale&&n.isStaleByTime(b(t.staleTime,n))&&this.prefetchQuery(t),Promise.resolve(r))}getQueriesData(e){return this.#e.findAll(e).map(({queryKey:e,state:t})=>[e,t.data])}setQueryData(e,t,n){let r=this.defaultQueryOptions({queryKey:e}),i=this.#e.get(r.queryHash)?.state.data,a=ne(t,i);if(a!==void 0)return this.#e.build(this,r).setData(a,{...n,manual:!0})}setQueriesData(e,t,n){return T.batch(()=>this.#e.findAll(e).map(({queryKey:e})=>[e,this.setQueryData(e,t,n)]))}getQueryState(e){let t=this.defaultQueryOptions({queryKey:e});return this.#e.get(t.queryHash)?.state}removeQueries(e){let t=this.#e;T.batch(()=>{t.findAll(e).forEach(e=>{t.remove(e)})})}resetQueries(e,t){let n=this.#e;return T.batch(()=>{let r=n.findAll(e),i=new Set(r);return r.forEach(e=>{e.reset()}),this.refetchQueries({type:`active`,predicate:e=>i.has(e)},t)})}cancelQueries(e,t={}){let n={revert:!0,...t},r=T.batch(()=>this.#e.findAll(e).map(e=>e.cancel(n)));return Promise.all(r).then(y).catch(y)}invalidateQueries(e,t={}){return T.batch(()=>(this.#e.findAll(e).forEach(e=>{e.invalidate()}),e?.refetchType===`none`?Promise.resolve():this.refetchQueries({...e,type:e?.refetchType??e?.type??`active`},t)))}refetchQueries(e,t={}){let n={...t,cancelRefetch:t.cancelRefetch??!0},r=T.batch(()=>this.#e.findAll(e).filter(e=>!e.isDisabled()&&!e.isStatic()).map(e=>{let t=e.fetch(void 0,n),r=e.state.fetchStatus===`paused`;return(!n.throwOnError||r)&&(t=t.catch(y)),r?Promise.resolve():t}));return Promise.all(r).then(y)}async query(e){let t=this.defaultQueryOptions(e);t.retry===void 0&&(t.retry=!1);let n=this.#e.build(this,t),r=n.isStaleByTime(b(t.staleTime,n))?await n.fetch(t):n.state.data,i=t.select;return i?i(r):r}fetchQuery(e){let t=this.defaultQueryOptions(e);t.retry===void 0&&(t.retry=!1);let n=this.#e.build(this,t);return n.isStaleByTime(b(t.staleTime,n))?n.fetch(t):Promise.resolve(n.state.data)}prefetchQuery(e){return this.fetchQuery(e).then(y).catch(y)}infiniteQuery(e){return e._type=`infinite`,this.query(e)}fetchInfiniteQuery(e){return e._type=`infinite`,this.fetchQuery(e)}prefetchInfiniteQuery(e){return this.fetchInfiniteQuery(e).then(y).catch(y)}ensureInfiniteQueryData(e){return e._type=`infinite`,this.ensureQueryData(e)}resumePausedMutations(){return Oe.isOnline()?this.#t.resumePausedMutations():Promise.resolve()}getQueryCache(){return this.#e}getMutationCache(){return this.#t}getDefaultOptions(){return this.#n}setDefaultOptions(e){this.#n=e}setQueryDefaults(e,t){this.#r.set(x(e),{queryKey:e,defaultOptions:t})}getQueryDefaults(e){let t=[...this.#r.values()],n={};return t.forEach(t=>{S(e,t.queryKey)&&Object.assign(n,t.defaultOptions)}),n}setMutationDefaults(e,t){this.#i.set(x(e),{mutationKey:e,defaultOptions:t})}getMutationDefaults(e){let t=[...this.#i.values()],n={};return t.forEach(t=>{S(e,t.mutationKey)&&Object.assign(n,t.defaultOptions)}),n}defaultQueryOptions(e){if(e._defaulted)return e;let t={...this.#n.queries,...this.getQueryDefaults(e.queryKey),...e,_defaulted:!0};return t.queryHash||=se(t.queryKey,t),t.refetchOnReconnect===void 0&&(t.refetchOnReconnect=t.networkMode!==`always`),t.throwOnError===void 0&&(t.throwOnError=!!t.suspense),!t.networkMode&&t.persister&&(t.networkMode=`offlineFirst`),t.queryFn===ve&&(t.enabled=!1),t}defaultMutationOptions(e){return e?._defaulted?e:{...this.#n.mutations,...e?.mutationKey&&this.getMutationDefaults(e.mutationKey),...e,_defaulted:!0}}clear(){this.#e.clear(),this.#t.clear()}},et=f.createContext(!1),tt=()=>f.useContext(et);et.Provider;function nt(){let e=!1;return{clearReset:()=>{e=!1},reset:()=>{e=!0},isReset:()=>e}}var rt=f.createContext(nt()),it=()=>f.useContext(rt),at=(e,t,n)=>{let r=n?.state.status===`error`&&typeof e.throwOnError==`function`?be(e.throwOnError,[n.state.error,n]):e.throwOnError;(e.suspense||r)&&(t.isReset()||(e.retryOnMount=!1))},ot=e=>{f.useEffect(()=>{e.clearReset()},[e])},st=({result:e,errorResetBoundary:t,throwOnError:n,query:r,suspense:i})=>e.isError&&!t.isReset()&&!e.isFetching&&r&&(i&&e.data===void 0||be(n,[e.error,r])),ct=e=>{if(e.suspense){let t=1e3,n=e=>e===`static`?e:Math.max(e??t,t),r=e.staleTime;e.staleTime=typeof r==`function`?(...e)=>n(r(...e)):n(r),typeof e.gcTime==`number`&&(e.gcTime=Math.max(e.gcTime,t))}},lt=(e,t)=>e?.suspense&&t.isPending,ut=(e,t,n)=>t.fetchOptimistic(e).catch(()=>{n.clearReset()});function dt(e,t,n){let r=tt(),i=it(),a=h(n),o=a.defaultQueryOptions(e),s=a.getQueryCache().get(o.queryHash),c=e.subscribed!==!1;o._optimisticResults=r?`isRestoring`:c?`optimistic`:void 0,ct(o),at(o,i,s),ot(i);let[l]=f.useState(()=>new t(a,o)),u=l.getOptimisticResult(o);f.useEffect(()=>{l.setOptions(o)},[o,l]);let d=!r&&c;if(f.useSyncExternalStore(f.useCallback(e=>{let t=d?l.subscribe(T.batchCalls(e)):y;return l.updateResult(),t},[l,d]),()=>l.getCurrentResult(),()=>l.getCurrentResult()),lt(o,u))throw ut(o,l,i);if(st({result:u,errorResetBoundary:i,throwOnError:o.throwOnError,query:s,suspense:o.suspense}))throw u.error;return o.notifyOnChangeProps?u:l.trackResult(u)}function ft(e,t){return dt(e,Ve,t)}function pt(e,t){let n=h(t),[r]=f.useState(()=>new Ze(n,e));f.useEffect(()=>{r.setOptions(e)},[r,e]);let i=f.useSyncExternalStore(f.useCallback(e=>r.subscribe(T.batchCalls(e)),[r]),()=>r.getCurrentResult(),()=>r.getCurrentResult()),a=f.useCallback((...e)=>{r.mutate(e[0],e[1]).catch(y)},[r]);if(i.error&&be(r.options.throwOnError,[i.error]))throw i.error;return{...i,mutate:a,mutateAsync:i.mutate}}var mt=r();function ht(e,t){if(e instanceof RegExp)return{keys:!1,pattern:e};var n,r,i,a,o=[],s=``,c=e.split(`/`);for(c[0]||c.shift();i=c.shift();)n=i[0],n===`*`?(o.push(n),s+=i[1]===`?`?`(?:/(.*))?`:`/(.*)`):n===`:`?(r=i.indexOf(`?`,1),a=i.indexOf(`.`,1),o.push(i.substring(1,~r?r:~a?a:i.length)),s+=~r&&!~a?`(?:/([^/]+?))?`:`/([^/]+?)`,~a&&(s+=(~r?`?`:``)+`\\`+i.substring(a))):s+=`/`+i;return{keys:o,pattern:RegExp(`^`+s+(t?`(?=$|/)`:`/?$`),`i`)}}var gt=t((e=>{var t=i();function n(e,t){return e===t&&(e!==0||1/e==1/t)||e!==e&&t!==t}var r=typeof Object.is==`function`?Object.is:n,a=t.useState,o=t.useEffect,s=t.useLayoutEffect,c=t.useDebugValue;function l(e,t){var n=t(),r=a({inst:{value:n,getSnapshot:t}}),i=r[0].inst,l=r[1];return s(function(){i.value=n,i.getSnapshot=t,u(i)&&l({inst:i})},[e,n,t]),o(function(){return u(i)&&l({inst:i}),e(function(){u(i)&&l({inst:i})})},[e]),c(n),n}function u(e){var t=e.getSnapshot;e=e.value;try{var n=t();return!r(e,n)}catch{return!0}}function d(e,t){return t()}var f=typeof window>`u`||window.document===void 0||window.document.createElement===void 0?d:l;e.useSyncExternalStore=t.useSyncExternalStore===void 0?f:t.useSyncExternalStore})),_t=t(((e,t)=>{t.exports=gt()}))(),vt=f.useInsertionEffect,yt=typeof window<`u`&&window.document!==void 0&&window.document.createElement!==void 0?f.useLayoutEffect:f.useEffect,bt=vt||yt,xt=e=>{let t=f.useRef([e,(...e)=>t[0](...e)]).current;return bt(()=>{t[0]=e}),t[1]},St=[`popstate`,`pushState`,`replaceState`,`hashchange`],Ct=[],wt=()=>Ct.forEach(e=>e()),Tt=e=>(Ct.push(e)===1&&St.forEach(e=>addEventListener(e,wt)),()=>{Ct=Ct.filter(t=>t!==e),Ct.length||St.forEach(e=>removeEventListener(e,wt))}),Et=(e,t)=>(0,_t.useSyncExternalStore)(Tt,e,t),Dt=()=>location.search,Ot=({ssrSearch:e}={})=>Et(Dt,e==null?Dt:()=>e),kt=()=>location.pathname,At=({ssrPath:e}={})=>Et(kt,e==null?kt:()=>e),jt=(e,{replace:t=!1,state:n=null}={})=>history[t?`replaceState`:`pushState`](n,``,e),Mt=e=>[At(e),jt],Nt=Symbol.for(`wouter_v3`);if(typeof history<`u`&&window[Nt]===void 0){for(let e of[`pushState`,`replaceState`]){let t=history[e];history[e]=function(){let n=t.apply(this,arguments),r=new Event(e);return r.arguments=arguments,dispatchEvent(r),n}}Object.defineProperty(window,Nt,{value:!0})}var Pt=(e=``)=>e===`/`?``:e,Ft=(e,t)=>e[0]===`~`?e.slice(1):Pt(t)+e,It=(e,t)=>(e=Lt(Pt(e)),t=Lt(t),!e||(t.toLowerCase()+`/`).startsWith(e.toLowerCase()+`/`)?t.slice(e.length)||`/`:`~`+t),Lt=e=>{try{return e.includes(`%`)?decodeURI(e):e}catch{return e}},Rt=e=>Lt(e[0]===`?`?e.slice(1):e),zt={hook:Mt,searchHook:Ot,parser:ht,base:``,ssrPath:void 0,ssrSearch:void 0,ssrContext:void 0,hrefs:e=>e,aroundNav:(e,t,n)=>e(t,n)},Bt=(0,f.createContext)(zt),E=()=>(0,f.useContext)(Bt),Vt={},Ht=(0,f.createContext)(Vt),Ut=()=>(0,f.useContext)(Ht),Wt=(e,t=e.base)=>It(t,e.hook(e)[0]),Gt=e=>{let[t,n]=e.hook(e);return[It(e.base,t),xt((t,r)=>e.aroundNav(n,Ft(t,e.base),r))]},D=()=>Gt(E()),Kt=()=>{let e=E();return Rt(e.searchHook(e))},qt=(e,t,n,r)=>{let{pattern:i,keys:a}=t instanceof RegExp?{pattern:t}:e(t||`*`,r),o=i.exec(n);if(!o)return[!1,null];let s={};for(let e=1;e<o.length;e++)s[e-1]=o[e];if(a)for(let e=0;e<a.length;e++)s[a[e]]=o[e+1];else Object.assign(s,o.groups);return r?[!0,s,o[0]]:[!0,s]},Jt=({children:e,...t})=>{let n=E(),r=t.hook?zt:n,i=r;if(t.ssrPath){let[e,n=t.ssrSearch??``]=t.ssrPath.split(`?`);e&&(t.ssrSearch=n,t.ssrPath=e)}t.hrefs=t.hrefs??t.hook?.hrefs,t.searchHook=t.searchHook??t.hook?.searchHook;let a=(0,f.useRef)(r),o=a.current,s=o;for(let e in r){let n=e===`base`?r[e]+(t[e]??``):t[e]??r[e];n!==s[e]&&(o===s&&(a.current=s={...s}),s[e]=n),(n!==r[e]||n!==i[e])&&(i=s)}return(0,f.createElement)(Bt.Provider,{value:i},e)},Yt=({children:e,component:t},n)=>t?(0,f.createElement)(t,{params:n}):typeof e==`function`?e(n):e,Xt=e=>{let t=(0,f.useRef)(Vt),n=t.current,r=Object.keys(e);return t.current=r.length!==Object.keys(n).length||r.some(t=>e[t]!==n[t])?e:n},O=({path:e,nest:t,match:n,...r})=>{let i=E(),a=Wt(i),[o,s,c]=n??qt(i.parser,e,a,t),l=Xt({...Ut(),...s});if(!o)return null;let u=Yt(r,l);return(0,f.createElement)(Ht.Provider,{value:l},c?(0,f.createElement)(Jt,{base:c},u):u)},k=(0,f.forwardRef)((e,t)=>{let n=E(),[r,i]=Gt(n),{to:a=``,href:o=a,onClick:s,asChild:c,children:l,className:u,replace:d,state:p,transition:m,...h}=e;return h.onClick=xt(t=>{t.ctrlKey||t.metaKey||t.altKey||t.shiftKey||t.button!==0||(s?.(t),t.defaultPrevented||(t.preventDefault(),i(o,e)))}),h.href=n.hrefs(o[0]===`~`?o.slice(1):n.base+o,n),u!==void 0&&(h.className=u?.call?u(r===o):u),t&&(h.ref=t),c&&(0,f.isValidElement)(l)?(0,f.cloneElement)(l,h):(0,f.createElement)(`a`,h,l)}),Zt=(e,t=[])=>{if(Array.isArray(e))for(let n of e)Zt(n&&n.type===f.Fragment?n.props.children:n,t);else t.push(e);return t},Qt=({children:e,location:t})=>{let n=E(),r=Wt(n);for(let i of Zt(e)){let e=0;if((0,f.isValidElement)(i)&&(e=qt(n.parser,i.props.path,t||r,i.props.nest))[0])return(0,f.cloneElement)(i,{match:e})}return null},$t=e=>{let{to:t,href:n=t}=e,r=E(),[,i]=Gt(r),a=xt(()=>i(t||n,e)),{ssrContext:o}=r;return yt(()=>{a()},[]),o&&(o.redirectTo=t),null},en=`# Everything that the console asks of the API. api.ts sends one operation by its name, with the fragments that it needs.

query Principal {
  apiKeyPrincipal {
    name
    seller {
      id
      businessName
    }
  }
}

query Classes {
  classes: __type(name: "WebhookKlassEnum") {
    enumValues {
      name
      description
    }
  }
}

query Live {
  __type(name: "Subscription") {
    fields {
      name
      type {
        ofType {
          name
          fields {
            name
            type {
              ofType {
                name
                kind
              }
            }
          }
        }
      }
    }
  }
}

query Webhooks($first: Int, $after: String, $last: Int, $before: String, $state: WebhookStateEnum, $type: WebhookKlassEnum) {
  webhooks(first: $first, after: $after, last: $last, before: $before, state: $state, type: $type) {
    totalCount
    pageInfo {
      ...Page
    }
    nodes {
      ...WebhookLine
      health {
        ...Health
      }
    }
  }
}

query WebhookNames($after: String) {
  webhooks(first: 500, after: $after) {
    nodes {
      id
      name
      url
    }
  }
}

query WebhookOutcomes($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Webhook {
      id
      events {
        id
        status
      }
    }
  }
}

query Webhook($id: ID!) {
  node(id: $id) {
    ... on Webhook {
      ...WebhookLine
      ...WebhookSettings
      health {
        ...Health
      }
      cost
      createdAt
      updatedAt
      deprecatedFields
      payloadSchema
      publicKey
      requiredScopes
      secrets {
        fingerprint
        createdAt
        expiresAt
      }
    }
  }
}

query WebhookDocuments($after: String) {
  webhooks(first: 200, after: $after) {
    totalCount
    pageInfo {
      ...Page
    }
    nodes {
      id
      name
      url
      type
      state
      queryString
      deprecatedFields
      requiredScopes
      cost
    }
  }
}

query DryRun($input: WebhookDryRunInput!) {
  webhookDryRun(input: $input) {
    body
    cost
    matched
    missingScopes
    payloadSchema
    requiredScopes
    documentErrors {
      ...Remark
    }
    documentWarnings {
      ...Remark
    }
    errors {
      field
      messages
    }
  }
}

query Deliveries(
  $first: Int
  $after: String
  $last: Int
  $before: String
  $webhookId: ID
  $statuses: [WebhookEventStatusEnum!]
  $type: WebhookKlassEnum
  $eventName: WebhookEventEnum
  $subjectId: ID
  $since: ISO8601DateTime
  $until: ISO8601DateTime
) {
  webhookEvents(
    first: $first
    after: $after
    last: $last
    before: $before
    webhookId: $webhookId
    statuses: $statuses
    type: $type
    eventName: $eventName
    subjectId: $subjectId
    since: $since
    until: $until
  ) {
    pageInfo {
      ...Page
    }
    nodes {
      ...DeliveryLine
    }
  }
}

query DeliveryCount(
  $webhookId: ID
  $statuses: [WebhookEventStatusEnum!]
  $type: WebhookKlassEnum
  $eventName: WebhookEventEnum
  $subjectId: ID
  $since: ISO8601DateTime
  $until: ISO8601DateTime
) {
  webhookEvents(
    first: 1
    webhookId: $webhookId
    statuses: $statuses
    type: $type
    eventName: $eventName
    subjectId: $subjectId
    since: $since
    until: $until
  ) {
    totalCount
  }
}

query Delivery($id: ID!) {
  node(id: $id) {
    ... on WebhookEvent {
      ...DeliveryLine
      payload
      webhook {
        format
        headers
        asymmetric
        maxRetries
        timeoutSeconds
        stateReason
      }
      responses {
        id
        status
        createdAt
        headers
        body
      }
    }
  }
}

query DeliveriesOfSubject($webhookId: ID!, $subjectId: ID!, $until: ISO8601DateTime!) {
  webhookEvents(first: 10, webhookId: $webhookId, subjectId: $subjectId, until: $until) {
    nodes {
      id
      sequence
      eventName
      createdAt
      status
      payload
    }
  }
}

query Jobs($first: Int, $after: String, $last: Int, $before: String, $webhookId: ID) {
  webhookJobs(first: $first, after: $after, last: $last, before: $before, webhookId: $webhookId) {
    totalCount
    pageInfo {
      ...Page
    }
    nodes {
      ...Job
    }
  }
}

mutation Create($attributes: WebhookCreateInput!) {
  result: webhookCreate(input: { attributes: $attributes }) {
    status
    secret
    errors {
      field
      messages
    }
    documentErrors {
      ...Remark
    }
    webhook {
      id
      name
      url
    }
  }
}

mutation Update($id: ID!, $attributes: WebhookInput!) {
  result: webhookUpdate(input: { webhookId: $id, attributes: $attributes }) {
    status
    secret
    errors {
      field
      messages
    }
    documentErrors {
      ...Remark
    }
    webhook {
      id
      state
    }
  }
}

mutation Delete($id: ID!) {
  result: webhookDelete(input: { webhookId: $id }) {
    status
    errors {
      field
      messages
    }
  }
}

mutation Ping($id: ID!) {
  result: webhookPing(input: { webhookId: $id }) {
    status
    errors {
      field
      messages
    }
    response {
      status
      headers
      body
      createdAt
    }
  }
}

mutation Rotate($id: ID!, $overlapSeconds: Int!) {
  result: webhookSecretRotate(input: { webhookId: $id, overlapSeconds: $overlapSeconds }) {
    status
    secret
    errors {
      field
      messages
    }
    webhook {
      id
    }
  }
}

mutation Trigger($id: ID!, $subjectId: ID!, $eventName: WebhookEventEnum) {
  result: webhookTrigger(input: { webhookId: $id, subjectId: $subjectId, eventName: $eventName }) {
    status
    errors {
      field
      messages
    }
    webhookEvent {
      id
    }
  }
}

mutation Resend($id: ID!, $mode: WebhookReplayModeEnum!) {
  result: webhookEventResend(input: { webhookEventId: $id, mode: $mode }) {
    status
    errors {
      field
      messages
    }
    webhookEvent {
      id
    }
  }
}

mutation Cancel($id: ID!) {
  result: webhookEventCancel(input: { webhookEventId: $id }) {
    status
    errors {
      field
      messages
    }
    webhookEvent {
      id
    }
  }
}

mutation Replay(
  $id: ID!
  $since: ISO8601DateTime!
  $until: ISO8601DateTime
  $statuses: [WebhookEventStatusEnum!]
  $mode: WebhookReplayModeEnum
  $ratePerSecond: Int
) {
  result: webhookReplay(
    input: { webhookId: $id, since: $since, until: $until, statuses: $statuses, mode: $mode, ratePerSecond: $ratePerSecond }
  ) {
    status
    errors {
      field
      messages
    }
    job {
      id
    }
  }
}

mutation Backfill($id: ID!, $updatedSince: ISO8601DateTime, $ratePerSecond: Int) {
  result: webhookBackfill(input: { webhookId: $id, updatedSince: $updatedSince, ratePerSecond: $ratePerSecond }) {
    status
    errors {
      field
      messages
    }
    job {
      id
    }
  }
}

mutation JobCancel($id: ID!) {
  result: webhookJobCancel(input: { jobId: $id }) {
    status
    errors {
      field
      messages
    }
    job {
      id
    }
  }
}

fragment Page on PageInfo {
  hasNextPage
  hasPreviousPage
  startCursor
  endCursor
}

fragment WebhookLine on Webhook {
  id
  name
  url
  type
  eventNames
  format
  state
  stateReason
  stateSince
  seller {
    id
    businessName
  }
}

fragment WebhookSettings on Webhook {
  allowSkip
  asymmetric
  coalesceSeconds
  concurrentSendLimit
  enabled
  filter
  headers
  identifier
  ignoreOwnChanges
  maxRetries
  onErrors
  ordered
  queryString
  ratePerSecond
  timeoutSeconds
}

fragment Health on WebhookHealth {
  consecutiveFailures
  failed24h
  lastFailureAt
  lastSentAt
  latencyMsP50
  latencyMsP95
  pending
  sent24h
}

fragment Remark on DocumentError {
  message
  line
  column
  rule
}

fragment DeliveryLine on WebhookEvent {
  id
  sequence
  status
  eventName
  reason
  subjectId
  attempts
  errorMessage
  createdAt
  processedAt
  retryAfter
  webhook {
    id
    name
    url
    type
    state
  }
}

fragment Job on WebhookJob {
  id
  kind
  state
  total
  done
  failed
  createdAt
  finishedAt
  webhook {
    id
    name
    url
    type
  }
}
`,A=class extends Error{code;constructor(e,t){super(e),this.code=t}},tn=new Map([...en.matchAll(/^(?:query|mutation|fragment) (\w+)[^]*?^}$/gm)].map(e=>[e[1],e[0]]));function nn(e){let t=new Set,n=e=>{let r=tn.get(e);if(r&&!t.has(r)){t.add(r);for(let[,e]of r.matchAll(/\.\.\.(\w+)/g))n(e)}};return n(e),[...t].join(`
`)}async function rn(e,t,n=o()){return on(await a({query:nn(e),operationName:e,variables:t},n))}async function an(e,t){return on(await a({query:e,variables:t},o()))}function on(e){let t=e.errors?.[0];if(t&&(!e.data||Object.values(e.data).every(e=>e===null)))throw new A(t.message,t.extensions?.code);return e.data}var sn=(0,f.createContext)(()=>{});function j(e,t,n){let r=(0,f.useContext)(sn);return ft({queryKey:[e,t],queryFn:async()=>{try{return await rn(e,t)}catch(e){throw e instanceof A&&e.code===`UNAUTHENTICATED`&&r(),e}},...n})}function M(e){let t=h();return pt({mutationFn:async t=>{let{result:n}=await rn(e,t);if(!n)throw new A(`The API gave no answer.`);return n},onSuccess:()=>t.invalidateQueries()})}function cn(e,t){return(e??[]).filter(e=>!t||e.field===t||e.field.startsWith(`${t}.`)).flatMap(e=>e.messages)}function N(e){return(e??[]).flatMap(e=>e.messages.map(t=>`${e.field.replaceAll(`_`,` `)} ${t}`))}var P=class{diff(e,t,n={}){let r;typeof n==`function`?(r=n,n={}):`callback`in n&&(r=n.callback);let i=this.castInput(e,n),a=this.castInput(t,n),o=this.removeEmpty(this.tokenize(i,n)),s=this.removeEmpty(this.tokenize(a,n));return this.diffWithOptionsObj(o,s,n,r)}diffWithOptionsObj(e,t,n,r){let i=e=>{if(e=this.postProcess(e,n),r)setTimeout(function(){r(e)},0);else return e},a=t.length,o=e.length,s=1,c=a+o;n.maxEditLength!=null&&(c=Math.min(c,n.maxEditLength));let l=n.timeout??1/0,u=Date.now()+l,d=[{oldPos:-1,lastComponent:void 0}],f=this.extractCommon(d[0],t,e,0,n);if(d[0].oldPos+1>=o&&f+1>=a)return i(this.buildValues(d[0].lastComponent,t,e));let p=-1/0,m=1/0,h=()=>{for(let r=Math.max(p,-s);r<=Math.min(m,s);r+=2){let s,c=d[r-1],l=d[r+1];c&&(d[r-1]=void 0);let u=!1;if(l){let e=l.oldPos-r;u=l&&0<=e&&e<a}let h=c&&c.oldPos+1<o;if(!u&&!h)d[r]=void 0;else{if(s=!h||u&&c.oldPos<l.oldPos?this.addToPath(l,!0,!1,0,n):this.addToPath(c,!1,!0,1,n),f=this.extractCommon(s,t,e,r,n),s.oldPos+1>=o&&f+1>=a)return i(this.buildValues(s.lastComponent,t,e))||!0;d[r]=s,s.oldPos+1>=o&&(m=Math.min(m,r-1)),f+1>=a&&(p=Math.max(p,r+1))}}s++};if(r)(function e(){setTimeout(function(){if(s>c||Date.now()>u)return r(void 0);h()||e()},0)})();else for(;s<=c&&Date.now()<=u;){let e=h();if(e)return e}}addToPath(e,t,n,r,i){let a=e.lastComponent;return a&&!i.oneChangePerToken&&a.added===t&&a.removed===n?{oldPos:e.oldPos+r,lastComponent:{count:a.count+1,added:t,removed:n,previousComponent:a.previousComponent}}:{oldPos:e.oldPos+r,lastComponent:{count:1,added:t,removed:n,previousComponent:a}}}extractCommon(e,t,n,r,i){let a=t.length,o=n.length,s=e.oldPos,c=s-r,l=0;for(;c+1<a&&s+1<o&&this.equals(n[s+1],t[c+1],i);)c++,s++,l++,i.oneChangePerToken&&(e.lastComponent={count:1,previousComponent:e.lastComponent,added:!1,removed:!1});return l&&!i.oneChangePerToken&&(e.lastComponent={count:l,previousComponent:e.lastComponent,added:!1,removed:!1}),e.oldPos=s,c}equals(e,t,n){return n.comparator?n.comparator(e,t):e===t||!!n.ignoreCase&&e.toLowerCase()===t.toLowerCase()}removeEmpty(e){let t=[];for(let n=0;n<e.length;n++)e[n]&&t.push(e[n]);return t}castInput(e,t){return e}tokenize(e,t){return Array.from(e)}join(e){return e.join(``)}postProcess(e,t){return e}get useLongestToken(){return!1}buildValues(e,t,n){let r=[],i;for(;e;)r.push(e),i=e.previousComponent,delete e.previousComponent,e=i;r.reverse();let a=r.length,o=0,s=0,c=0;for(;o<a;o++){let e=r[o];if(e.removed)e.value=this.join(n.slice(c,c+e.count)),c+=e.count;else{if(!e.added&&this.useLongestToken){let r=t.slice(s,s+e.count);r=r.map(function(e,t){let r=n[c+t];return r.length>e.length?r:e}),e.value=this.join(r)}else e.value=this.join(t.slice(s,s+e.count));s+=e.count,e.added||(c+=e.count)}}return r}};new class extends P{};function ln(e,t){let n=0;for(;n<e.length&&n<t.length;n++)if(e[n]!=t[n])return e.slice(0,n);return e.slice(0,n)}function un(e,t){let n;if(!e||!t||e[e.length-1]!=t[t.length-1])return``;for(n=0;n<e.length&&n<t.length;n++)if(e[e.length-(n+1)]!=t[t.length-(n+1)])return e.slice(-n);return e.slice(-n)}function dn(e,t,n){if(e.slice(0,t.length)!=t)throw Error(`string ${JSON.stringify(e)} doesn't start with prefix ${JSON.stringify(t)}; this is a bug`);return n+e.slice(t.length)}function fn(e,t,n){if(!t)return e+n;if(e.slice(-t.length)!=t)throw Error(`string ${JSON.stringify(e)} doesn't end with suffix ${JSON.stringify(t)}; this is a bug`);return e.slice(0,-t.length)+n}function pn(e,t){return dn(e,t,``)}function mn(e,t){return fn(e,t,``)}function hn(e,t){return t.slice(0,gn(e,t))}function gn(e,t){let n=0;e.length>t.length&&(n=e.length-t.length);let r=t.length;e.length<t.length&&(r=e.length);let i=Array(r),a=0;i[0]=0;for(let e=1;e<r;e++){for(t[e]==t[a]?i[e]=i[a]:i[e]=a;a>0&&t[e]!=t[a];)a=i[a];t[e]==t[a]&&a++}a=0;for(let r=n;r<e.length;r++){for(;a>0&&e[r]!=t[a];)a=i[a];e[r]==t[a]&&a++}return a}function _n(e,t){let n=[];for(let r of Array.from(t.segment(e))){let e=r.segment;n.length&&/\s/.test(n[n.length-1])&&/\s/.test(e)?n[n.length-1]+=e:n.push(e)}return n}function vn(e,t){if(t)return yn(e,t)[1];let n;for(n=e.length-1;n>=0&&e[n].match(/\s/);n--);return e.substring(n+1)}function F(e,t){if(t)return yn(e,t)[0];let n=e.match(/^\s*/);return n?n[0]:``}function yn(e,t){if(!t)return[F(e),vn(e)];if(t.resolvedOptions().granularity!=`word`)throw Error(`The segmenter passed must have a granularity of "word"`);let n=_n(e,t),r=n[0],i=n[n.length-1];return[/\s/.test(r)?r:``,/\s/.test(i)?i:``]}var bn=`a-zA-Z0-9_\\u{AD}\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2C6}\\u{2C8}-\\u{2D7}\\u{2DE}-\\u{2FF}\\u{1E00}-\\u{1EFF}`,xn=RegExp(`[${bn}]+|\\s+|[^${bn}]`,`ug`);new class extends P{equals(e,t,n){return n.ignoreCase&&(e=e.toLowerCase(),t=t.toLowerCase()),e.trim()===t.trim()}tokenize(e,t={}){let n;if(t.intlSegmenter){let r=t.intlSegmenter;if(r.resolvedOptions().granularity!=`word`)throw Error(`The segmenter passed must have a granularity of "word"`);n=_n(e,r)}else n=e.match(xn)||[];let r=[],i=null;return n.forEach(e=>{/\s/.test(e)?i==null?r.push(e):r.push(r.pop()+e):i!=null&&/\s/.test(i)?r[r.length-1]==i?r.push(r.pop()+e):r.push(i+e):r.push(e),i=e}),r}join(e){return e.map((e,t)=>t==0?e:e.replace(/^\s+/,``)).join(``)}postProcess(e,t){if(!e||t.oneChangePerToken)return e;let n=null,r=null,i=null;return e.forEach(e=>{e.added?r=e:e.removed?i=e:((r||i)&&Sn(n,i,r,e,t.intlSegmenter),n=e,r=null,i=null)}),(r||i)&&Sn(n,i,r,null,t.intlSegmenter),e}};function Sn(e,t,n,r,i){if(t&&n){let[a,o]=yn(t.value,i),[s,c]=yn(n.value,i);if(e){let r=ln(a,s);e.value=fn(e.value,s,r),t.value=pn(t.value,r),n.value=pn(n.value,r)}if(r){let e=un(o,c);r.value=dn(r.value,c,e),t.value=mn(t.value,e),n.value=mn(n.value,e)}}else if(n){if(e){let e=F(n.value,i);n.value=n.value.substring(e.length)}if(r){let e=F(r.value,i);r.value=r.value.substring(e.length)}}else if(e&&r){let n=F(r.value,i),[a,o]=yn(t.value,i),s=ln(n,a);t.value=pn(t.value,s);let c=un(pn(n,s),o);t.value=mn(t.value,c),r.value=dn(r.value,n,c),e.value=fn(e.value,n,n.slice(0,n.length-c.length))}else if(r){let e=F(r.value,i),n=hn(vn(t.value,i),e);t.value=mn(t.value,n)}else if(e){let n=hn(vn(e.value,i),F(t.value,i));t.value=pn(t.value,n)}}new class extends P{tokenize(e){let t=RegExp(`(\\r?\\n)|[${bn}]+|[^\\S\\n\\r]+|[^${bn}]`,`ug`);return e.match(t)||[]}};var Cn=new class extends P{constructor(){super(...arguments),this.tokenize=Tn}equals(e,t,n){return n.ignoreWhitespace?(n.newlineIsToken&&e.includes(`
`)||(e=e.trim()),n.newlineIsToken&&t.includes(`
`)||(t=t.trim())):n.ignoreNewlineAtEof&&!n.newlineIsToken&&(e.endsWith(`
`)&&(e=e.slice(0,-1)),t.endsWith(`
`)&&(t=t.slice(0,-1))),super.equals(e,t,n)}};function wn(e,t,n){return Cn.diff(e,t,n)}function Tn(e,t){t.stripTrailingCr&&(e=e.replace(/\r\n/g,`
`));let n=[],r=e.split(/(\n|\r\n)/);r[r.length-1]||r.pop();for(let e=0;e<r.length;e++){let i=r[e];e%2&&!t.newlineIsToken?n[n.length-1]+=i:n.push(i)}return n}function En(e){return e==`.`||e==`!`||e==`?`}new class extends P{tokenize(e){let t=[],n=0;for(let r=0;r<e.length;r++){if(r==e.length-1){t.push(e.slice(n));break}if(En(e[r])&&e[r+1].match(/\s/)){for(t.push(e.slice(n,r+1)),r=n=r+1;e[r+1]?.match(/\s/);)r++;t.push(e.slice(n,r+1)),n=r+1}}return t}},new class extends P{tokenize(e){return e.split(/([{}:;,]|\s+)/)}},new class extends P{constructor(){super(...arguments),this.tokenize=Tn}get useLongestToken(){return!0}castInput(e,t){let{undefinedReplacement:n,stringifyReplacer:r=(e,t)=>t===void 0?n:t}=t;return typeof e==`string`?e:JSON.stringify(Dn(e,null,null,r),null,`  `)}equals(e,t,n){return super.equals(e.replace(/,([\r\n])/g,`$1`),t.replace(/,([\r\n])/g,`$1`),n)}};function Dn(e,t,n,r,i){t||=[],n||=[],r&&(e=r(i===void 0?``:i,e));let a=0;for(;a<t.length;a+=1)if(t[a]===e)return n[a];let o;if(Object.prototype.toString.call(e)===`[object Array]`){for(t.push(e),o=Array(e.length),n.push(o),a=0;a<e.length;a+=1)o[a]=Dn(e[a],t,n,r,String(a));return t.pop(),n.pop(),o}if(e&&e.toJSON&&(e=e.toJSON()),typeof e==`object`&&e){t.push(e),o={},n.push(o);let i=[],s;for(s in e)Object.prototype.hasOwnProperty.call(e,s)&&i.push(s);for(i.sort(),a=0;a<i.length;a+=1)s=i[a],o[s]=Dn(e[s],t,n,r,s);t.pop(),n.pop()}else o=e;return o}new class extends P{tokenize(e){return e.slice()}join(e){return e}removeEmpty(e){return e}};var On=[[`day`,864e5],[`hour`,36e5],[`minute`,6e4],[`second`,1e3]],kn=new Intl.RelativeTimeFormat(`en`,{numeric:`always`,style:`short`}),An=new Intl.DateTimeFormat(`en-GB`,{dateStyle:`medium`,timeStyle:`medium`}),jn=new Intl.DateTimeFormat(`en-GB`,{hour:`2-digit`,minute:`2-digit`,second:`2-digit`,fractionalSecondDigits:3}),Mn=new Intl.NumberFormat(`en`);function I(e){return Mn.format(e)}function Nn(e,t=Date.now()){let n=Date.parse(e)-t,[r,i]=On.find(([,e])=>Math.abs(n)>=e)??[];return r&&i?kn.format(Math.round(n/i),r):`just now`}function L(e){return An.format(new Date(e))}function Pn(e){return jn.format(new Date(e))}function Fn(e,t){return In(Date.parse(t)-Date.parse(e))}function In(e){return e<1e3?`${Math.round(e)} ms`:e<6e4?`${(e/1e3).toFixed(1)} s`:e<36e5?`${Math.round(e/6e4)} min`:`${(e/36e5).toFixed(1)} h`}function Ln(e){let t=new TextEncoder().encode(e).length;return t<1024?`${t} bytes`:`${(t/1024).toFixed(1)} KiB`}function R(e){return typeof e==`string`?e:JSON.stringify(e,null,2)}function Rn(e){try{return JSON.stringify(JSON.parse(e),null,2)}catch{return e}}function z(e){let t=e.replaceAll(`_`,` `).toLowerCase();return t.charAt(0).toUpperCase()+t.slice(1)}function B(e){try{let[,t,n]=/^(\w+)-(.+)$/.exec(atob(e))??[];return t?`${t} ${n}`:e}catch{return e}}var zn={ACTIVE:`good`,PAUSED:`quiet`,DISABLED:`bad`,INVALID:`bad`,Sent:`good`,Unsent:`busy`,Rejected:`warn`,Failed:`bad`,Cancelled:`quiet`,Skipped:`quiet`,Held:`warn`,QUEUED:`busy`,RUNNING:`busy`,DONE:`good`,FAILED:`bad`,CANCELLED:`quiet`};function Bn(e){return zn[e]??`quiet`}function V({state:e}){return(0,p.jsx)(`span`,{className:`badge ${Bn(e)}`,children:Vn(e)})}function Vn(e){return e===`Rejected`||e===`REJECTED`?`Retrying`:e.charAt(0)+e.slice(1).toLowerCase()}function H({at:e}){return e?(0,p.jsx)(`time`,{dateTime:e,title:L(e),children:Nn(e)}):(0,p.jsx)(`span`,{className:`quiet`,children:`never`})}function U({title:e,about:t,children:n}){return(0,p.jsxs)(`header`,{className:`head`,children:[(0,p.jsxs)(`div`,{children:[(0,p.jsx)(`h1`,{children:e}),t&&(0,p.jsx)(`p`,{className:`quiet`,children:t})]}),(0,p.jsx)(`div`,{className:`actions`,children:n})]})}function W({title:e,aside:t,children:n,className:r=``}){let i=(0,f.useId)();return(0,p.jsxs)(`section`,{className:`card ${r}`,"aria-labelledby":e?i:void 0,children:[e&&(0,p.jsxs)(`header`,{className:`card-head`,children:[(0,p.jsx)(`h2`,{id:i,children:e}),t&&(0,p.jsx)(`div`,{className:`card-aside`,children:t})]}),n]})}function G({title:e,children:t}){return(0,p.jsxs)(`div`,{className:`empty`,children:[(0,p.jsx)(`h2`,{children:e}),(0,p.jsx)(`p`,{children:t})]})}function K({error:e,retry:t}){return(0,p.jsxs)(`div`,{className:`notice bad`,role:`alert`,children:[(0,p.jsx)(`p`,{children:s(e)}),t&&(0,p.jsx)(`button`,{type:`button`,onClick:t,children:`Try again`})]})}function q({of:e,tone:t=`bad`}){return e.length===0?null:(0,p.jsx)(`div`,{className:`notice ${t}`,role:t===`bad`?`alert`:`note`,children:e.map(e=>(0,p.jsx)(`p`,{children:e},e))})}function J(){return(0,p.jsx)(`p`,{className:`loading`,role:`status`,children:`Reading…`})}function Y({label:e,hint:t,errors:n=[],children:r}){let i=(0,f.useId)();return(0,p.jsxs)(`div`,{className:`field`,children:[(0,p.jsx)(`label`,{htmlFor:i,children:e}),r({id:i,"aria-describedby":`${i}-hint`,"aria-invalid":n.length>0}),(0,p.jsxs)(`div`,{id:`${i}-hint`,children:[n.map(e=>(0,p.jsx)(`p`,{className:`field-error`,children:e},e)),t&&(0,p.jsx)(`p`,{className:`hint`,children:t})]})]})}function Hn({label:e,hint:t,checked:n,onChange:r}){let i=(0,f.useId)();return(0,p.jsxs)(`div`,{className:`check`,children:[(0,p.jsx)(`input`,{id:i,type:`checkbox`,checked:n,onChange:e=>r(e.target.checked),"aria-describedby":t&&`${i}-hint`}),(0,p.jsxs)(`div`,{children:[(0,p.jsx)(`label`,{htmlFor:i,children:e}),t&&(0,p.jsx)(`p`,{className:`hint`,id:`${i}-hint`,children:t})]})]})}function X({title:e,children:t,close:n}){let r=(0,f.useRef)(null),i=(0,f.useId)();return(0,f.useEffect)(()=>{r.current?.showModal()},[]),(0,p.jsxs)(`dialog`,{ref:r,"aria-labelledby":i,onClose:n,children:[(0,p.jsxs)(`header`,{children:[(0,p.jsx)(`h2`,{id:i,children:e}),(0,p.jsx)(`button`,{type:`button`,className:`plain`,"aria-label":`Close`,onClick:()=>r.current?.close(),children:`✕`})]}),t]})}function Un({text:e,label:t=`Copy`}){let[n,r]=(0,f.useState)(``);async function i(){r(await navigator.clipboard.writeText(e).then(()=>`Copied`,()=>`Select and copy it by hand`)),setTimeout(()=>r(``),2e3)}return(0,p.jsx)(`button`,{type:`button`,className:`small`,onClick:i,"aria-live":`polite`,children:n||t})}function Wn({label:e,names:t,chosen:n,choose:r}){return(0,p.jsx)(`div`,{className:`tabs`,role:`group`,"aria-label":e,children:t.map(e=>(0,p.jsx)(`button`,{type:`button`,"aria-pressed":e===n,onClick:()=>r(e),children:e},e))})}function Gn(e,t){return e.before?{last:t,before:e.before}:{first:t,after:e.after}}function Kn({page:e,place:t,go:n,about:r}){let i=t.before?!0:e?.hasNextPage,a=t.after||t.before&&e?.hasPreviousPage;return(0,p.jsxs)(`nav`,{className:`pager`,"aria-label":`Pages of the list`,children:[(0,p.jsx)(`span`,{className:`quiet`,children:r}),(0,p.jsx)(`button`,{type:`button`,disabled:!a,onClick:()=>n({}),children:`Newest`}),(0,p.jsx)(`button`,{type:`button`,disabled:!a,onClick:()=>n({before:e?.startCursor??void 0}),children:`← Newer`}),(0,p.jsx)(`button`,{type:`button`,disabled:!i,onClick:()=>n({after:e?.endCursor??void 0}),children:`Older →`})]})}function qn({label:e,value:t,about:n,tone:r}){return(0,p.jsxs)(`div`,{className:`tile`,children:[(0,p.jsx)(`dt`,{children:e}),(0,p.jsx)(`dd`,{className:r,children:t}),n&&(0,p.jsx)(`dd`,{className:`hint`,children:n})]})}function Jn({webhook:e}){return(0,p.jsx)(k,{href:`/webhooks/${encodeURIComponent(e.id)}`,children:e.name||Z(e.url)})}function Z(e){return e.replace(/^https?:\/\//,``).replace(/\/$/,``)}var Yn=/("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g,Xn=1e5;function Q({text:e,label:t,language:n}){let r=(0,f.useMemo)(()=>n===`json`&&e.length<Xn?Zn(e):e,[e,n]);return(0,p.jsxs)(`div`,{className:`code`,children:[(0,p.jsx)(Un,{text:e}),(0,p.jsx)(`pre`,{tabIndex:0,role:`region`,"aria-label":t,children:r})]})}function Zn(e){let t=[],n=0;for(let r of e.matchAll(Yn)){let[i,a,o,s]=r;t.push(e.slice(n,r.index)),n=r.index+i.length;let c=a?o?`key`:`string`:s?`word`:`number`;t.push((0,p.jsx)(`span`,{className:`token-${c}`,children:a??i},r.index),o??``)}return[...t,e.slice(n)]}function Qn(){let e=Kt(),[t,n]=D(),r=new URLSearchParams(e);function i(r){let i=new URLSearchParams(e);for(let[e,t]of Object.entries(r)){i.delete(e);for(let n of[t??[]].flat())n&&i.append(e,n)}let a=i.toString();n(a?`${t}?${a}`:t)}return[r,i]}var $n=25;function er(){let[e,t]=Qn(),n={after:e.get(`after`)??void 0,before:e.get(`before`)??void 0},{data:r,error:i,refetch:a}=j(`Jobs`,Gn(n,$n),{refetchInterval:1e3,placeholderData:C}),o=r?.webhookJobs;return(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(U,{title:`Jobs`,about:`Replays of events and backfills of entities, newest first.`}),i&&(0,p.jsx)(K,{error:i,retry:a}),o?o.nodes.length===0?(0,p.jsxs)(G,{title:`No job yet`,children:[`Open a `,(0,p.jsx)(k,{href:`/webhooks`,children:`webhook`}),` and choose Replay events or Backfill entities.`]}):(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(tr,{jobs:o.nodes,withWebhook:!0}),(0,p.jsx)(Kn,{page:o.pageInfo,place:n,go:e=>t({after:e.after,before:e.before}),about:`${I(o.totalCount)} ${o.totalCount===1?`job`:`jobs`}`})]}):!i&&(0,p.jsx)(J,{})]})}function tr({jobs:e,withWebhook:t}){return(0,p.jsxs)(`table`,{className:`list`,children:[(0,p.jsx)(`thead`,{children:(0,p.jsxs)(`tr`,{children:[(0,p.jsx)(`th`,{scope:`col`,children:`Job`}),t&&(0,p.jsx)(`th`,{scope:`col`,children:`Webhook`}),(0,p.jsx)(`th`,{scope:`col`,children:`State`}),(0,p.jsx)(`th`,{scope:`col`,children:`Progress`}),(0,p.jsx)(`th`,{scope:`col`,children:`Asked for`}),(0,p.jsx)(`th`,{scope:`col`,children:(0,p.jsx)(`span`,{className:`unseen`,children:`Action`})})]})}),(0,p.jsx)(`tbody`,{children:e.map(e=>(0,p.jsx)(nr,{job:e,withWebhook:t},e.id))})]})}function nr({job:e,withWebhook:t}){let n=M(`JobCancel`),r=e.done+e.failed;return(0,p.jsxs)(`tr`,{children:[(0,p.jsx)(`td`,{className:`main`,children:z(e.kind)}),t&&(0,p.jsx)(`td`,{"data-label":`Webhook`,children:(0,p.jsx)(Jn,{webhook:e.webhook})}),(0,p.jsx)(`td`,{"data-label":`State`,children:(0,p.jsx)(V,{state:e.state})}),(0,p.jsxs)(`td`,{"data-label":`Progress`,children:[(0,p.jsx)(`progress`,{max:Math.max(e.total,1),value:e.state===`DONE`?Math.max(e.total,1):r,"aria-label":`${r} of ${e.total}`}),(0,p.jsxs)(`span`,{className:`hint`,children:[I(r),` of `,I(e.total),e.failed>0&&(0,p.jsxs)(`span`,{className:`bad`,children:[`, `,I(e.failed),` failed`]})]})]}),(0,p.jsx)(`td`,{"data-label":`Asked for`,children:(0,p.jsx)(H,{at:e.createdAt})}),(0,p.jsxs)(`td`,{children:[(e.state===`QUEUED`||e.state===`RUNNING`)&&(0,p.jsx)(`button`,{type:`button`,className:`small`,disabled:n.isPending,onClick:()=>n.mutate({id:e.id}),children:`Cancel`}),(0,p.jsx)(q,{of:N(n.data?.errors)})]})]})}var rr=[`SENT`,`FAILED`,`CANCELLED`,`SKIPPED`];function ir({webhook:e,close:t}){let n=M(`Replay`),[r,i]=(0,f.useState)([`FAILED`]);function a(i){i.preventDefault();let a=new FormData(i.currentTarget),o={id:e.id,since:$(a.get(`since`)),until:$(a.get(`until`)),statuses:r.length>0?r:null,mode:a.get(`mode`),ratePerSecond:Number(a.get(`rate`))||null};n.mutate(o,{onSuccess:e=>!e.errors?.length&&t()})}return(0,p.jsx)(X,{title:`Replay events`,close:t,children:(0,p.jsxs)(`form`,{onSubmit:a,children:[(0,p.jsx)(`p`,{children:`Sends events of a time again, oldest first.`}),(0,p.jsxs)(`div`,{className:`pair`,children:[(0,p.jsx)(Y,{label:`From`,children:e=>(0,p.jsx)(`input`,{...e,type:`datetime-local`,name:`since`,required:!0,defaultValue:sr(Date.now()-864e5)})}),(0,p.jsx)(Y,{label:`To`,hint:`Empty: up to now`,children:e=>(0,p.jsx)(`input`,{...e,type:`datetime-local`,name:`until`})})]}),(0,p.jsxs)(`fieldset`,{children:[(0,p.jsx)(`legend`,{children:`Which of them`}),rr.map(e=>(0,p.jsxs)(`label`,{className:`choice`,children:[(0,p.jsx)(`input`,{type:`checkbox`,checked:r.includes(e),onChange:t=>i(t.target.checked?[...r,e]:r.filter(t=>t!==e))}),Vn(e)]},e))]}),(0,p.jsx)(Y,{label:`What is sent`,children:e=>(0,p.jsxs)(`select`,{...e,name:`mode`,children:[(0,p.jsx)(`option`,{value:`STORED`,children:`the stored bytes, as the same events`}),(0,p.jsx)(`option`,{value:`REEXECUTE`,children:`the document executed again, as new events`})]})}),(0,p.jsx)(or,{}),n.error&&(0,p.jsx)(K,{error:n.error}),(0,p.jsx)(q,{of:N(n.data?.errors)}),(0,p.jsx)(`footer`,{children:(0,p.jsx)(`button`,{type:`submit`,className:`primary`,disabled:n.isPending,children:`Start the replay`})})]})})}function ar({webhook:e,close:t}){let n=M(`Backfill`);function r(r){r.preventDefault();let i=new FormData(r.currentTarget),a={id:e.id,updatedSince:$(i.get(`since`)),ratePerSecond:Number(i.get(`rate`))||null};n.mutate(a,{onSuccess:e=>!e.errors?.length&&t()})}return(0,p.jsx)(X,{title:`Backfill entities`,close:t,children:(0,p.jsxs)(`form`,{onSubmit:r,children:[(0,p.jsx)(`p`,{children:`Executes the document for every entity of the class that exists and sends the results. Changes are delivered meanwhile as ever.`}),(0,p.jsx)(Y,{label:`Only what was updated since`,hint:`Empty: all of them`,children:e=>(0,p.jsx)(`input`,{...e,type:`datetime-local`,name:`since`})}),(0,p.jsx)(or,{}),n.error&&(0,p.jsx)(K,{error:n.error}),(0,p.jsx)(q,{of:N(n.data?.errors)}),(0,p.jsx)(`footer`,{children:(0,p.jsx)(`button`,{type:`submit`,className:`primary`,disabled:n.isPending,children:`Start the backfill`})})]})})}function or(){return(0,p.jsx)(Y,{label:`Events a second`,hint:`Empty: as fast as the receiver takes them`,children:e=>(0,p.jsx)(`input`,{...e,type:`number`,name:`rate`,min:1,max:1e4,inputMode:`numeric`})})}function $(e){return e?new Date(String(e)).toISOString():null}function sr(e){return new Date(e-new Date(e).getTimezoneOffset()*6e4).toISOString().slice(0,16)}var cr=[`CREATE`,`UPDATE`,`DESTROY`],lr=25,ur=[`ACTIVE`,`PAUSED`,`DISABLED`,`INVALID`];function dr(){let[e,t]=Qn(),n=e.get(`state`)??void 0,r=e.get(`type`)??void 0,i={after:e.get(`after`)??void 0,before:e.get(`before`)??void 0},{data:a,error:o,refetch:s}=j(`Webhooks`,{...Gn(i,lr),state:n,type:r},{refetchInterval:5e3,placeholderData:C}),c=a?.webhooks;return(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(U,{title:`Webhooks`,about:`What is sent where, and how it goes.`,children:(0,p.jsx)(k,{href:`/compose`,className:`button primary`,children:`New webhook`})}),(0,p.jsxs)(`form`,{className:`filters`,"aria-label":`Which webhooks`,onSubmit:e=>e.preventDefault(),children:[(0,p.jsxs)(`label`,{children:[`State`,(0,p.jsxs)(`select`,{value:n??``,onChange:e=>t({state:e.target.value,after:``,before:``}),children:[(0,p.jsx)(`option`,{value:``,children:`any`}),ur.map(e=>(0,p.jsx)(`option`,{value:e,children:Vn(e)},e))]})]}),(0,p.jsx)(pr,{value:r,onChange:e=>t({type:e,after:``,before:``})})]}),o&&(0,p.jsx)(K,{error:o,retry:s}),c?c.nodes.length===0?(0,p.jsx)(fr,{filtered:!!(n||r)}):(0,p.jsx)(hr,{lines:c.nodes}):!o&&(0,p.jsx)(J,{}),c&&c.nodes.length>0&&(0,p.jsx)(Kn,{page:c.pageInfo,place:i,go:e=>t({after:e.after,before:e.before}),about:`${I(c.totalCount)} ${c.totalCount===1?`webhook`:`webhooks`}`})]})}function fr({filtered:e}){return e?(0,p.jsx)(G,{title:`No webhook fits`,children:`Choose another state or class above.`}):(0,p.jsxs)(G,{title:`No webhook yet`,children:[(0,p.jsx)(k,{href:`/compose`,children:`Compose one`}),`: choose a class, write a document, see what it would send, and register it.`]})}function pr({value:e,onChange:t}){let{data:n}=mr();return(0,p.jsxs)(`label`,{children:[`Class`,(0,p.jsxs)(`select`,{value:e??``,onChange:e=>t(e.target.value),children:[(0,p.jsx)(`option`,{value:``,children:`any`}),n?.classes.enumValues.map(({name:e})=>(0,p.jsx)(`option`,{value:e,children:z(e)},e))]})]})}function mr(){return j(`Classes`,void 0,{staleTime:1/0})}function hr({lines:e}){let{data:t}=j(`WebhookOutcomes`,{ids:e.map(e=>e.id)},{refetchInterval:5e3,placeholderData:C}),n=new Map(t?.nodes.map(e=>[e?.id,e?.events??[]]));return(0,p.jsxs)(`table`,{className:`list`,children:[(0,p.jsx)(`thead`,{children:(0,p.jsxs)(`tr`,{children:[(0,p.jsx)(`th`,{scope:`col`,children:`Webhook`}),(0,p.jsx)(`th`,{scope:`col`,children:`State`}),(0,p.jsx)(`th`,{scope:`col`,children:`About`}),(0,p.jsx)(`th`,{scope:`col`,children:`Latest`}),(0,p.jsx)(`th`,{scope:`col`,className:`number`,children:`Waiting`}),(0,p.jsx)(`th`,{scope:`col`,className:`number`,children:`Sent, 24 h`}),(0,p.jsx)(`th`,{scope:`col`,className:`number`,children:`Failed, 24 h`}),(0,p.jsx)(`th`,{scope:`col`,className:`number`,children:`p95`})]})}),(0,p.jsx)(`tbody`,{children:e.map(e=>(0,p.jsxs)(`tr`,{children:[(0,p.jsxs)(`td`,{className:`main`,children:[(0,p.jsx)(k,{href:`/webhooks/${encodeURIComponent(e.id)}`,children:e.name||Z(e.url)}),(0,p.jsx)(`span`,{className:`hint`,children:e.name?Z(e.url):e.seller?.businessName})]}),(0,p.jsxs)(`td`,{"data-label":`State`,children:[(0,p.jsx)(V,{state:e.state}),e.health.consecutiveFailures>0&&(0,p.jsxs)(`span`,{className:`hint`,children:[I(e.health.consecutiveFailures),` failures in a row`]})]}),(0,p.jsxs)(`td`,{"data-label":`About`,children:[z(e.type),(0,p.jsx)(`span`,{className:`hint`,children:e.eventNames?.map(e=>e.toLowerCase()).join(`, `)??`every event`})]}),(0,p.jsx)(`td`,{"data-label":`Latest`,children:(0,p.jsx)(gr,{events:n.get(e.id)??[]})}),(0,p.jsx)(`td`,{className:`number`,"data-label":`Waiting`,children:I(e.health.pending)}),(0,p.jsx)(`td`,{className:`number`,"data-label":`Sent, 24 h`,children:I(e.health.sent24h)}),(0,p.jsx)(`td`,{className:`number ${e.health.failed24h>0?`bad`:``}`,"data-label":`Failed, 24 h`,children:I(e.health.failed24h)}),(0,p.jsx)(`td`,{className:`number`,"data-label":`p95`,children:e.health.latencyMsP95===null?`–`:In(e.health.latencyMsP95)})]},e.id))})]})}function gr({events:e}){let t=e.slice(0,24).reverse(),n=t.filter(e=>e.status===`Sent`).length;return(0,p.jsx)(`span`,{className:`strip`,role:`img`,"aria-label":t.length>0?`${n} of the latest ${t.length} were sent`:`nothing yet`,children:t.map(e=>(0,p.jsx)(`i`,{className:Bn(e.status)},e.id))})}var _r=50,vr=[`UNSENT`,`REJECTED`,`SENT`,`FAILED`,`CANCELLED`,`SKIPPED`,`HELD`],yr=1500;function br(){let[e,t]=Qn(),[n,r]=(0,f.useState)(!0),[i,a]=(0,f.useState)(!1),o={after:e.get(`after`)??void 0,before:e.get(`before`)??void 0},s=xr(e),c=!o.after&&!o.before,{data:l,error:u,refetch:d}=j(`Deliveries`,{...Gn(o,_r),...s},{refetchInterval:n&&c&&yr,placeholderData:C}),m=j(`DeliveryCount`,s,{refetchInterval:n&&1e4,placeholderData:C}),h=l?.webhookEvents,g=m.data?.webhookEvents&&Math.max(m.data.webhookEvents.totalCount,h?.nodes.length??0),_=Object.values(s).some(e=>e!==void 0);return(0,p.jsxs)(p.Fragment,{children:[(0,p.jsxs)(U,{title:`Deliveries`,about:`Every event for every webhook, newest first.`,children:[(0,p.jsxs)(`label`,{className:`switch`,children:[(0,p.jsx)(`input`,{type:`checkbox`,checked:n,onChange:e=>r(e.target.checked)}),`Live`]}),s.webhookId&&(0,p.jsx)(`button`,{type:`button`,onClick:()=>a(!0),children:`Replay`})]}),(0,p.jsx)(Sr,{parameters:e,change:e=>t({...e,after:``,before:``}),filtered:_}),u&&(0,p.jsx)(K,{error:u,retry:d}),h?h.nodes.length===0?(0,p.jsx)(Cr,{filtered:_}):(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(wr,{lines:h.nodes}),(0,p.jsx)(Kn,{page:h.pageInfo,place:o,go:e=>t({after:e.after,before:e.before}),about:g?`${I(g)} ${g===1?`delivery`:`deliveries`}`:``})]}):!u&&(0,p.jsx)(J,{}),i&&s.webhookId&&(0,p.jsx)(ir,{webhook:{id:s.webhookId},close:()=>a(!1)})]})}function xr(e){let t=t=>e.get(t)||void 0,n=e.getAll(`status`);return{webhookId:t(`webhook`),statuses:n.length>0?n:void 0,type:t(`type`),eventName:t(`event`),subjectId:t(`subject`),since:t(`since`),until:t(`until`)}}function Sr({parameters:e,change:t,filtered:n}){let[r,i]=D(),{data:a}=j(`WebhookNames`,void 0,{staleTime:6e4}),o=e.getAll(`status`),s=t=>e.get(t)?sr(Date.parse(e.get(t))):``,c=[`type`,`event`,`subject`,`since`,`until`].some(t=>e.has(t));return(0,p.jsxs)(`form`,{className:`filters`,"aria-label":`Which deliveries`,onSubmit:e=>e.preventDefault(),children:[(0,p.jsxs)(`fieldset`,{className:`chips`,children:[(0,p.jsx)(`legend`,{className:`unseen`,children:`Status`}),vr.map(e=>(0,p.jsxs)(`label`,{children:[(0,p.jsx)(`input`,{type:`checkbox`,checked:o.includes(e),onChange:n=>t({status:n.target.checked?[...o,e]:o.filter(t=>t!==e)})}),(0,p.jsx)(`span`,{children:Vn(e)})]},e))]}),(0,p.jsxs)(`label`,{children:[`Webhook`,(0,p.jsxs)(`select`,{value:e.get(`webhook`)??``,onChange:e=>t({webhook:e.target.value}),children:[(0,p.jsx)(`option`,{value:``,children:`any`}),a?.webhooks?.nodes.map(e=>(0,p.jsx)(`option`,{value:e.id,children:e.name||Z(e.url)},e.id))]})]}),(0,p.jsxs)(`details`,{open:c||void 0,className:`more`,children:[(0,p.jsx)(`summary`,{children:`More filters`}),(0,p.jsxs)(`div`,{className:`grid`,children:[(0,p.jsx)(pr,{value:e.get(`type`)??void 0,onChange:e=>t({type:e})}),(0,p.jsxs)(`label`,{children:[`Event`,(0,p.jsxs)(`select`,{value:e.get(`event`)??``,onChange:e=>t({event:e.target.value}),children:[(0,p.jsx)(`option`,{value:``,children:`any`}),cr.map(e=>(0,p.jsx)(`option`,{value:e,children:e.toLowerCase()},e))]})]}),(0,p.jsx)(Y,{label:`Id of the entity`,children:n=>(0,f.createElement)(`input`,{...n,key:e.get(`subject`),defaultValue:e.get(`subject`)??``,spellCheck:!1,onBlur:e=>t({subject:e.target.value.trim()}),onKeyDown:e=>e.key===`Enter`&&e.currentTarget.blur()})}),(0,p.jsx)(Y,{label:`From`,children:e=>(0,p.jsx)(`input`,{...e,type:`datetime-local`,value:s(`since`),onChange:e=>t({since:$(e.target.value)??``})})}),(0,p.jsx)(Y,{label:`To`,children:e=>(0,p.jsx)(`input`,{...e,type:`datetime-local`,value:s(`until`),onChange:e=>t({until:$(e.target.value)??``})})})]})]}),n&&(0,p.jsx)(`button`,{type:`button`,className:`small`,onClick:()=>i(r),children:`Clear the filters`})]})}function Cr({filtered:e}){return e?(0,p.jsx)(G,{title:`No delivery fits`,children:`Take a filter away above. Old deliveries are not kept for ever.`}):(0,p.jsxs)(G,{title:`Nothing was delivered yet`,children:[(0,p.jsx)(k,{href:`/compose`,children:`Register a webhook`}),`, then change an entity of its class; it appears here by itself.`]})}function wr({lines:e,withoutWebhook:t}){return(0,p.jsxs)(`table`,{className:`list`,children:[(0,p.jsx)(`thead`,{children:(0,p.jsxs)(`tr`,{children:[(0,p.jsx)(`th`,{scope:`col`,children:`Event`}),(0,p.jsx)(`th`,{scope:`col`,children:`Status`}),!t&&(0,p.jsx)(`th`,{scope:`col`,children:`Webhook`}),(0,p.jsx)(`th`,{scope:`col`,className:`number`,children:`Attempts`}),(0,p.jsx)(`th`,{scope:`col`,className:`number`,children:`Took`}),(0,p.jsx)(`th`,{scope:`col`,children:`Made`})]})}),(0,p.jsx)(`tbody`,{children:e.map(e=>(0,p.jsxs)(`tr`,{children:[(0,p.jsxs)(`td`,{className:`main`,children:[(0,p.jsxs)(k,{href:`/deliveries/${encodeURIComponent(e.id)}`,children:[B(e.subjectId),` `,e.eventName]}),e.reason!==`CHANGE`&&(0,p.jsx)(`span`,{className:`hint`,children:e.reason.toLowerCase()})]}),(0,p.jsxs)(`td`,{"data-label":`Status`,children:[(0,p.jsx)(V,{state:e.status}),e.errorMessage&&(0,p.jsx)(`span`,{className:`hint clip`,children:e.errorMessage})]}),!t&&(0,p.jsx)(`td`,{"data-label":`Webhook`,children:(0,p.jsx)(Jn,{webhook:e.webhook})}),(0,p.jsx)(`td`,{className:`number`,"data-label":`Attempts`,children:e.attempts}),(0,p.jsx)(`td`,{className:`number`,"data-label":`Took`,children:e.processedAt?Fn(e.createdAt,e.processedAt):`–`}),(0,p.jsxs)(`td`,{"data-label":`Made`,children:[(0,p.jsx)(`span`,{title:L(e.createdAt),children:Pn(e.createdAt)}),(0,p.jsx)(`span`,{className:`hint`,children:(0,p.jsx)(H,{at:e.createdAt})})]})]},e.id))})]})}var Tr={"Node.js":`import { createHmac, timingSafeEqual } from "node:crypto";

const key = Buffer.from(process.env.WEBHOOK_SECRET.replace("whsec_", ""), "base64");

/** body: the raw bytes of the request, before any parsing. */
export function verify(headers, body) {
  const id = headers["webhook-id"], at = headers["webhook-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - Number(at)) <= 300)) return false;
  const expected = Buffer.from(
    "v1," + createHmac("sha256", key).update(\`\${id}.\${at}.\`).update(body).digest("base64"));
  return headers["webhook-signature"].split(" ").some((given) => {
    const signature = Buffer.from(given);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
}
`,Python:`import base64, hashlib, hmac, os, time

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))

def verify(headers, body: bytes) -> bool:
    """body: the raw bytes of the request, before any parsing."""
    id, at = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(at)) > 300:
        return False
    digest = hmac.new(KEY, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return any(hmac.compare_digest(given.encode(), expected.encode())
               for given in headers["webhook-signature"].split())
`,Go:`package receiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// Verify reports whether a request is signed. body is what was read of it, before any parsing.
func Verify(h http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("WEBHOOK_SECRET"), "whsec_"))
	at, atErr := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || atErr != nil || time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.Get("webhook-id"), at, body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for given := range strings.FieldsSeq(h.Get("webhook-signature")) {
		if hmac.Equal([]byte(given), []byte(expected)) {
			return true
		}
	}
	return false
}
`,Shell:`# body.json holds the exact bytes that came; ID, AT and SIGNATURE are the headers
# webhook-id, webhook-timestamp and webhook-signature.
key=$(printf %s "\${WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -vtx1 | tr -d ' \\n')
expected=v1,$({ printf %s. "$ID" "$AT"; cat body.json; } |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
age=$(($(date +%s) - AT))
[ "\${age#-}" -le 300 ] && case " $SIGNATURE " in
  *" $expected "*) echo verified ;;
  *) echo 'not signed with this secret'; exit 1 ;;
esac
`},Er=Object.keys(Tr);function Dr({secret:e,close:t}){return(0,p.jsxs)(X,{title:`The signing secret`,close:t,children:[(0,p.jsxs)(`p`,{children:[`Put it where your receiver reads it, as `,(0,p.jsx)(`code`,{children:`WEBHOOK_SECRET`}),`. `,(0,p.jsx)(`strong`,{children:`It is shown only now`}),`; afterwards a new one can be made, not this one be read.`]}),(0,p.jsxs)(`p`,{className:`secret`,children:[(0,p.jsx)(`code`,{"data-testid":`secret`,children:e}),(0,p.jsx)(Un,{text:e,label:`Copy the secret`})]}),(0,p.jsx)(Or,{}),(0,p.jsx)(`footer`,{children:(0,p.jsx)(`button`,{type:`button`,className:`primary`,onClick:t,children:`I have kept it`})})]})}function Or(){let[e,t]=(0,f.useState)(`Node.js`);return(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(`h3`,{children:`Verify what arrives`}),(0,p.jsx)(`p`,{className:`hint`,children:`The libraries of Standard Webhooks and of Svix verify it too. Without one, this does:`}),(0,p.jsx)(Wn,{label:`Language`,names:Er,chosen:e,choose:t}),(0,p.jsx)(Q,{text:Tr[e],label:`Verification in ${e}`})]})}function kr({id:e}){let{data:t,error:n,refetch:r}=j(`Webhook`,{id:e},{refetchInterval:5e3}),[i,a]=(0,f.useState)(),o=t?.node;return n&&!o?(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(K,{error:n,retry:r}),(0,p.jsxs)(G,{title:`This webhook cannot be shown`,children:[`It was deleted, or this key may not see it. `,(0,p.jsx)(k,{href:`/webhooks`,children:`All webhooks`})]})]}):o?(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(`p`,{className:`crumbs`,children:(0,p.jsx)(k,{href:`/webhooks`,children:`Webhooks`})}),(0,p.jsxs)(U,{title:(0,p.jsxs)(p.Fragment,{children:[o.name||Z(o.url),` `,(0,p.jsx)(V,{state:o.state})]}),about:(0,p.jsxs)(p.Fragment,{children:[z(o.type),` · `,o.eventNames?.map(e=>e.toLowerCase()).join(`, `)??`every event`,` · `,o.seller?.businessName??`operator`]}),children:[(0,p.jsx)(`button`,{type:`button`,onClick:()=>a(`ping`),children:`Ping`}),(0,p.jsx)(`button`,{type:`button`,onClick:()=>a(`trigger`),children:`Trigger`}),(0,p.jsx)(Nr,{webhook:o}),(0,p.jsx)(k,{href:`/webhooks/${encodeURIComponent(e)}/edit`,className:`button`,children:`Edit`})]}),(0,p.jsx)(Mr,{webhook:o}),(0,p.jsxs)(`p`,{className:`endpoint`,children:[(0,p.jsxs)(`code`,{children:[`POST `,o.url]}),(0,p.jsx)(Un,{text:o.url})]}),(0,p.jsx)(Pr,{webhook:o}),(0,p.jsx)(Fr,{webhook:o}),(0,p.jsxs)(`div`,{className:`columns`,children:[(0,p.jsxs)(`div`,{className:`stack`,children:[(0,p.jsxs)(W,{title:`Document`,aside:(0,p.jsx)(Lr,{webhook:o}),children:[o.queryString?(0,p.jsx)(Q,{text:o.queryString,label:`The document`}):(0,p.jsx)(`p`,{children:`None: only the type’s name is sent.`}),o.filter&&(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(`h3`,{children:`Filter`}),(0,p.jsx)(Q,{text:o.filter,label:`The filter`})]}),(0,p.jsx)(q,{tone:`warn`,of:o.deprecatedFields.map(e=>`Deprecated: ${e}`)}),(0,p.jsxs)(`p`,{className:`hint`,children:[`Reads `,o.requiredScopes.join(`, `)||`nothing that needs a scope`,`; cost `,I(o.cost),`.`]})]}),(0,p.jsx)(Br,{id:e,start:a}),(0,p.jsx)(Vr,{webhook:o,rotate:()=>a(`rotate`)})]}),(0,p.jsxs)(`div`,{className:`stack`,children:[(0,p.jsx)(Rr,{webhook:o}),(0,p.jsx)(W,{title:`Schema of the body`,children:(0,p.jsxs)(`details`,{children:[(0,p.jsx)(`summary`,{children:`JSON Schema, draft 2020-12`}),(0,p.jsx)(Q,{text:R(o.payloadSchema),label:`JSON Schema of the body`,language:`json`})]})})]})]}),(0,p.jsxs)(W,{title:`Delete`,className:`danger`,children:[(0,p.jsx)(`p`,{children:`Events that still wait are cancelled. This cannot be undone.`}),(0,p.jsx)(`button`,{type:`button`,className:`danger`,onClick:()=>a(`delete`),children:`Delete this webhook`})]}),i&&(0,p.jsx)(Ar,{what:i,webhook:o,close:()=>a(void 0)})]}):(0,p.jsx)(J,{})}function Ar({what:e,webhook:t,close:n}){let r={ping:Hr,trigger:Wr,rotate:Kr,replay:ir,backfill:ar,delete:qr}[e];return(0,p.jsx)(r,{webhook:t,close:n})}var jr={PAUSED:`Its events are kept and sent when it is resumed.`,DISABLED:`Its events are kept. See below why deliveries failed, mend the receiver, then resume: one event is tried first.`,INVALID:`Its events are kept. Edit the document, or give its key the scopes that it needs.`};function Mr({webhook:e}){return e.state===`ACTIVE`?null:(0,p.jsx)(`div`,{className:`notice ${e.state===`PAUSED`?`warn`:`bad`}`,role:`note`,children:(0,p.jsxs)(`p`,{children:[(0,p.jsx)(`strong`,{children:e.stateReason??`It is paused.`}),` `,jr[e.state],` (since `,(0,p.jsx)(H,{at:e.stateSince}),`)`]})})}function Nr({webhook:e}){let t=M(`Update`),n=e.state===`PAUSED`||e.state===`DISABLED`;return(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(`button`,{type:`button`,disabled:t.isPending,onClick:()=>t.mutate({id:e.id,attributes:{enabled:n}}),children:n?`Resume`:`Pause`}),t.error&&(0,p.jsx)(K,{error:t.error}),(0,p.jsx)(q,{of:N(t.data?.errors)})]})}function Pr({webhook:{health:e}}){let t=e=>e===null?`–`:In(e);return(0,p.jsxs)(`dl`,{className:`tiles`,children:[(0,p.jsx)(qn,{label:`Sent, 24 h`,value:I(e.sent24h),about:(0,p.jsxs)(p.Fragment,{children:[`last `,(0,p.jsx)(H,{at:e.lastSentAt})]})}),(0,p.jsx)(qn,{label:`Failed, 24 h`,value:I(e.failed24h),tone:e.failed24h>0?`bad`:void 0,about:(0,p.jsxs)(p.Fragment,{children:[`last failed attempt `,(0,p.jsx)(H,{at:e.lastFailureAt})]})}),(0,p.jsx)(qn,{label:`Waiting`,value:I(e.pending),tone:e.pending>0?`busy`:void 0,about:`for a first attempt, a retry or a resume`}),(0,p.jsx)(qn,{label:`Median`,value:t(e.latencyMsP50),about:`95 of 100 within ${t(e.latencyMsP95)}`}),(0,p.jsx)(qn,{label:`Failures in a row`,value:I(e.consecutiveFailures),tone:e.consecutiveFailures>0?`warn`:void 0,about:`since the last success`})]})}function Fr({webhook:e}){let{data:t,error:n}=j(`Deliveries`,{first:8,webhookId:e.id},{refetchInterval:2e3}),r=t?.webhookEvents?.nodes??[];return(0,p.jsxs)(W,{title:`Latest deliveries`,aside:(0,p.jsx)(k,{href:`/deliveries?webhook=${encodeURIComponent(e.id)}`,children:`All of them`}),children:[n&&(0,p.jsx)(K,{error:n}),t&&r.length===0?(0,p.jsxs)(G,{title:`Nothing was sent yet`,children:[`Change `,Ir(z(e.type).toLowerCase()),`, or press Trigger to send one that exists.`]}):(0,p.jsx)(wr,{lines:r,withoutWebhook:!0})]})}function Ir(e){return`${/^[aeiou]/.test(e)?`an`:`a`} ${e}`}function Lr({webhook:e}){return(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(`button`,{type:`button`,className:`small`,onClick:()=>u(e.queryString??``),children:`Open in the playground`}),(0,p.jsx)(k,{href:`/webhooks/${encodeURIComponent(e.id)}/edit`,children:`Edit`})]})}function Rr({webhook:e}){let t=[[`Id`,(0,p.jsx)(`code`,{children:e.id},`id`)],[`Identifier`,e.identifier??`–`],[`Body`,e.format.toLowerCase()],[`Timeout`,`${e.timeoutSeconds} s`],[`Retries`,e.maxRetries],[`At once`,e.concurrentSendLimit],[`Rate`,e.ratePerSecond===0?`unlimited`:`${e.ratePerSecond} a second`],[`Coalesced`,e.coalesceSeconds===0?`no`:`over ${e.coalesceSeconds} s`],[`In order`,zr(e.ordered)],[`Equal payloads`,e.allowSkip?`skipped`:`sent`],[`Own changes`,e.ignoreOwnChanges?`ignored`:`sent`],[`With errors`,e.onErrors===`HOLD`?`held`:`delivered`],[`Own headers`,Object.keys(e.headers??{}).join(`, `)||`–`],[`Created`,L(e.createdAt)],[`Changed`,L(e.updatedAt)]];return(0,p.jsx)(W,{title:`Settings`,aside:(0,p.jsx)(k,{href:`/webhooks/${encodeURIComponent(e.id)}/edit`,children:`Edit`}),children:(0,p.jsx)(`dl`,{className:`rows`,children:t.map(([e,t])=>(0,p.jsxs)(`div`,{children:[(0,p.jsx)(`dt`,{children:e}),(0,p.jsx)(`dd`,{children:t})]},e))})})}function zr(e){return e?`yes`:`no`}function Br({id:e,start:t}){let{data:n}=j(`Jobs`,{first:5,webhookId:e},{refetchInterval:2e3}),r=n?.webhookJobs.nodes??[];return(0,p.jsx)(W,{title:`Send again`,aside:(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(`button`,{type:`button`,className:`small`,onClick:()=>t(`replay`),children:`Replay events`}),(0,p.jsx)(`button`,{type:`button`,className:`small`,onClick:()=>t(`backfill`),children:`Backfill entities`})]}),children:r.length>0?(0,p.jsx)(tr,{jobs:r}):(0,p.jsx)(`p`,{className:`hint`,children:`A replay sends events of a time again; a backfill sends every entity that exists.`})})}function Vr({webhook:e,rotate:t}){return(0,p.jsxs)(W,{title:`Signing secrets`,aside:(0,p.jsx)(`button`,{type:`button`,className:`small`,onClick:t,children:`Rotate`}),children:[(0,p.jsx)(`ul`,{className:`plain`,children:e.secrets.map(e=>(0,p.jsxs)(`li`,{children:[(0,p.jsx)(`code`,{children:e.fingerprint}),` made `,(0,p.jsx)(H,{at:e.createdAt}),e.expiresAt&&(0,p.jsxs)(p.Fragment,{children:[`, signs until `,L(e.expiresAt)]})]},e.fingerprint))}),e.publicKey&&(0,p.jsxs)(`p`,{children:[`Public key: `,(0,p.jsx)(`code`,{children:e.publicKey}),` `,(0,p.jsx)(Un,{text:e.publicKey})]}),(0,p.jsxs)(`details`,{children:[(0,p.jsx)(`summary`,{children:`How to verify a delivery`}),(0,p.jsx)(Or,{})]})]})}function Hr({webhook:e,close:t}){let n=M(`Ping`),r=n.data?.response;return(0,p.jsxs)(X,{title:`Ping`,close:t,children:[(0,p.jsx)(`p`,{children:`Sends one signed request now, with the newest entity, outside events and retries. It is not stored.`}),(0,p.jsx)(`button`,{type:`button`,className:`primary`,disabled:n.isPending,onClick:()=>n.mutate({id:e.id}),children:n.isPending?`Waiting for the answer…`:`Send the ping`}),n.error&&(0,p.jsx)(K,{error:n.error}),(0,p.jsx)(q,{of:N(n.data?.errors)}),r&&(0,p.jsxs)(`div`,{role:`status`,children:[(0,p.jsxs)(`p`,{children:[`Answered `,(0,p.jsx)(Ur,{status:r.status})]}),r.body!==null&&(0,p.jsx)(Q,{text:R(r.body),label:`The answer`,language:`json`})]})]})}function Ur({status:e}){return(0,p.jsxs)(`span`,{className:`badge ${e>=200&&e<300?`good`:`bad`}`,children:[`HTTP `,e]})}function Wr({webhook:e,close:t}){let n=M(`Trigger`),[,r]=D(),[i,a]=(0,f.useState)(``),{data:o}=j(`Deliveries`,{first:50,type:e.type}),s=[...new Set(o?.webhookEvents?.nodes.map(e=>e.subjectId))];function c(){n.mutate({id:e.id,subjectId:i.trim()},{onSuccess:e=>e.webhookEvent&&r(`/deliveries/${encodeURIComponent(e.webhookEvent.id)}`)})}return(0,p.jsx)(X,{title:`Trigger`,close:t,children:(0,p.jsxs)(`form`,{onSubmit:e=>{e.preventDefault(),c()},children:[(0,p.jsx)(`p`,{children:`Executes the document for one entity, as if it had changed now, and sends the result.`}),(0,p.jsx)(Y,{label:`Id of the entity`,errors:N(n.data?.errors),hint:`A global id of the class ${z(e.type)}; those of the latest deliveries are offered.`,children:e=>(0,p.jsx)(`input`,{...e,list:`known-subjects`,required:!0,value:i,onChange:e=>a(e.target.value),spellCheck:!1,autoComplete:`off`})}),(0,p.jsx)(`datalist`,{id:`known-subjects`,children:s.map(e=>(0,p.jsx)(`option`,{value:e},e))}),n.error&&(0,p.jsx)(K,{error:n.error}),n.data&&!n.data.errors?.length&&!n.data.webhookEvent&&(0,p.jsx)(q,{tone:`warn`,of:[`The event follows as soon as a process delivers; the list of deliveries shows it then.`]}),(0,p.jsx)(`footer`,{children:(0,p.jsx)(`button`,{type:`submit`,className:`primary`,disabled:n.isPending,children:`Send`})})]})})}var Gr=[[86400,`a day`],[3600,`an hour`],[604800,`seven days`],[0,`not at all: it leaked`]];function Kr({webhook:e,close:t}){let n=M(`Rotate`),[r,i]=(0,f.useState)(86400);return n.data?.secret?(0,p.jsx)(Dr,{secret:n.data.secret,close:t}):(0,p.jsxs)(X,{title:`Rotate the secret`,close:t,children:[(0,p.jsx)(`p`,{children:`A new secret is made and shown once. The former one signs beside it for a while, so that no delivery fails.`}),(0,p.jsx)(Y,{label:`The former one goes on signing for`,errors:N(n.data?.errors),children:e=>(0,p.jsx)(`select`,{...e,value:r,onChange:e=>i(Number(e.target.value)),children:Gr.map(([e,t])=>(0,p.jsx)(`option`,{value:e,children:t},e))})}),n.error&&(0,p.jsx)(K,{error:n.error}),(0,p.jsx)(`footer`,{children:(0,p.jsx)(`button`,{type:`button`,className:`primary`,disabled:n.isPending,onClick:()=>n.mutate({id:e.id,overlapSeconds:r}),children:n.isPending?`Rotating…`:`Make a new secret`})})]})}function qr({webhook:e,close:t}){let n=M(`Delete`),[,r]=D();return(0,p.jsxs)(X,{title:`Delete this webhook?`,close:t,children:[(0,p.jsxs)(`p`,{children:[(0,p.jsx)(`strong`,{children:e.name||Z(e.url)}),` hears of nothing any more; `,I(e.health.pending),` waiting events are cancelled.`]}),n.error&&(0,p.jsx)(K,{error:n.error}),(0,p.jsx)(q,{of:N(n.data?.errors)}),(0,p.jsxs)(`footer`,{children:[(0,p.jsx)(`button`,{type:`button`,onClick:t,children:`Keep it`}),(0,p.jsx)(`button`,{type:`button`,className:`danger`,disabled:n.isPending,onClick:()=>n.mutate({id:e.id},{onSuccess:e=>!e.errors?.length&&r(`/webhooks`)}),children:`Delete it`})]})]})}var Jr=[`Unsent`,`Rejected`,`Held`];function Yr({id:e}){let{data:t,error:n,refetch:r}=j(`Delivery`,{id:e},{refetchInterval:1500}),i=t?.node;return n&&!i?(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(K,{error:n,retry:r}),(0,p.jsxs)(G,{title:`This delivery cannot be shown`,children:[`It is no longer kept, or this key may not see it. `,(0,p.jsx)(k,{href:`/deliveries`,children:`All deliveries`})]})]}):i?(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(`p`,{className:`crumbs`,children:(0,p.jsx)(k,{href:`/deliveries`,children:`Deliveries`})}),(0,p.jsx)(U,{title:(0,p.jsxs)(p.Fragment,{children:[B(i.subjectId),` `,i.eventName,` `,(0,p.jsx)(V,{state:i.status})]}),about:(0,p.jsxs)(p.Fragment,{children:[`to `,(0,p.jsx)(Jn,{webhook:i.webhook}),` · number `,I(i.sequence),` · `,Xr[i.reason]]}),children:(0,p.jsx)(Zr,{event:i})}),(0,p.jsx)(Qr,{event:i}),(0,p.jsxs)(`div`,{className:`columns`,children:[(0,p.jsx)(ti,{event:i}),(0,p.jsx)(ni,{event:i})]}),(0,p.jsx)(ii,{event:i}),(0,p.jsx)(W,{title:`Answers`,children:i.responses?.length?[...i.responses].reverse().map(e=>(0,p.jsx)(si,{response:e,event:i},e.id)):(0,p.jsx)(`p`,{className:`hint`,children:i.attempts>0?`No attempt got an answer.`:`Nothing was sent yet.`})})]}):(0,p.jsx)(J,{})}var Xr={CHANGE:`because it changed`,TRIGGER:`triggered by a person`,REPLAY:`executed again by a person`,BACKFILL:`from a backfill`,PING:`a ping`};function Zr({event:e}){let t=M(`Resend`),n=M(`Cancel`),[,r]=D(),i=({webhookEvent:t})=>t&&t.id!==e.id&&r(`/deliveries/${encodeURIComponent(t.id)}`),a=t.isPending||n.isPending,o=t.error??n.error;return(0,p.jsxs)(p.Fragment,{children:[(0,p.jsx)(`button`,{type:`button`,className:`primary`,disabled:a,onClick:()=>t.mutate({id:e.id,mode:`STORED`}),title:`The stored bytes, as the same event`,children:Jr.includes(e.status)?`Send now`:`Resend`}),(0,p.jsx)(`button`,{type:`button`,disabled:a,onClick:()=>t.mutate({id:e.id,mode:`REEXECUTE`},{onSuccess:i}),title:`The result of the document now, as a new event`,children:`Execute again`}),Jr.includes(e.status)&&(0,p.jsx)(`button`,{type:`button`,disabled:a,onClick:()=>n.mutate({id:e.id}),children:`Cancel`}),o&&(0,p.jsx)(K,{error:o}),(0,p.jsx)(q,{of:[...N(t.data?.errors),...N(n.data?.errors)]}),t.data&&!t.data.errors?.length&&!o&&(0,p.jsx)(`span`,{className:`hint`,role:`status`,children:`Asked for`})]})}function Qr({event:e}){let t=$r(e);if(!e.errorMessage&&!t)return null;let n=e.status===`Failed`||e.status===`Rejected`;return(0,p.jsxs)(`div`,{className:`notice ${n?`bad`:`warn`}`,role:`note`,children:[e.errorMessage&&(0,p.jsx)(`p`,{children:(0,p.jsx)(`strong`,{children:e.errorMessage})}),t&&(0,p.jsx)(`p`,{children:t})]})}function $r(e){let t=e.responses?.at(-1)?.status;switch(e.status){case`Rejected`:return`${ei(t)} It is tried again by itself${e.retryAfter?`, next at ${L(e.retryAfter)}`:``}; Send now does not wait for that.`;case`Failed`:return`${ei(t)} It was given up; Resend sends the same bytes again.`;case`Held`:return e.webhook.state===`ACTIVE`?`Its document gave errors, and the webhook holds such events. Edit the webhook, or enable it again, to execute it anew.`:`The webhook is not sending: ${e.webhook.stateReason??`it is paused`}. It is sent once the webhook is active.`;default:return``}}function ei(e){return e===void 0?`Is the receiver running, and can this server reach it?`:e===401||e===403?`The receiver refused it: look at its credentials, or at how it verifies the signature.`:e===404||e===410?`The receiver knows no such address: look at the webhook’s URL.`:e>=300&&e<400?`Redirects are not followed: put the final address into the webhook.`:e>=500?`The receiver failed: its answer below and its own log say why.`:`The receiver refused it: its answer below says why.`}function ti({event:e}){let t=e.attempts-(e.responses?.length??0);return(0,p.jsx)(W,{title:`Timing`,aside:`${e.attempts} of at most ${e.webhook.maxRetries+1} attempts`,children:(0,p.jsxs)(`ol`,{className:`timeline`,children:[(0,p.jsxs)(`li`,{children:[(0,p.jsx)(`b`,{children:`Made`}),` `,L(e.createdAt),` `,(0,p.jsx)(`span`,{className:`hint`,children:Pn(e.createdAt)})]}),e.responses?.map(t=>(0,p.jsxs)(`li`,{className:t.status<300?`good`:`bad`,children:[(0,p.jsxs)(`b`,{children:[`Answered `,(0,p.jsx)(Ur,{status:t.status})]}),` `,`after `,Fn(e.createdAt,t.createdAt),` `,(0,p.jsx)(`span`,{className:`hint`,children:Pn(t.createdAt)})]},t.id)),t>0&&(0,p.jsx)(`li`,{className:`bad`,children:(0,p.jsxs)(`b`,{children:[t,` `,t===1?`attempt`:`attempts`,` without an answer`]})}),e.retryAfter&&(0,p.jsxs)(`li`,{className:`warn`,children:[(0,p.jsx)(`b`,{children:`Next attempt`}),` `,(0,p.jsx)(H,{at:e.retryAfter}),` `,(0,p.jsx)(`span`,{className:`hint`,children:L(e.retryAfter)})]}),e.processedAt&&(0,p.jsxs)(`li`,{className:e.status===`Sent`?`good`:`quiet`,children:[(0,p.jsx)(`b`,{children:e.status}),` after `,Fn(e.createdAt,e.processedAt),` `,(0,p.jsx)(`span`,{className:`hint`,children:Pn(e.processedAt)})]})]})})}function ni({event:e}){let{webhook:t}=e,n=[[`Content-Type`,t.format===`CLOUDEVENTS`?`application/cloudevents+json`:`application/json`],[`webhook-id`,e.id],[`webhook-timestamp`,`seconds, of each attempt`],[`webhook-signature`,t.asymmetric?`v1,… v1a,…`:`v1,…`],[`…-Sequence`,String(e.sequence)],...Object.entries(t.headers??{}).map(([e,t])=>[e,String(t)])];return(0,p.jsxs)(W,{title:`Request`,children:[(0,p.jsxs)(`p`,{className:`endpoint`,children:[(0,p.jsxs)(`code`,{children:[`POST `,t.url]}),(0,p.jsx)(Un,{text:t.url})]}),(0,p.jsx)(`dl`,{className:`rows mono`,children:n.map(([e,t])=>(0,p.jsxs)(`div`,{children:[(0,p.jsx)(`dt`,{children:e}),(0,p.jsx)(`dd`,{children:t})]},e))}),(0,p.jsxs)(`p`,{className:`hint`,children:[`About `,(0,p.jsx)(k,{href:`/deliveries?subject=${encodeURIComponent(e.subjectId)}`,children:B(e.subjectId)}),` (`,e.subjectId,`), body `,z(t.format).toLowerCase(),`.`]})]})}var ri=[`Payload`,`What differs`];function ii({event:e}){let[t,n]=(0,f.useState)(`Payload`),{data:r,isPending:i}=j(`DeliveriesOfSubject`,{webhookId:e.webhook.id,subjectId:e.subjectId,until:e.createdAt}),a=r?.webhookEvents?.nodes.find(t=>t.sequence<e.sequence&&t.payload!==null);return(0,p.jsxs)(W,{title:`Body`,aside:(0,p.jsx)(Wn,{label:`What is shown`,names:ri,chosen:t,choose:n}),children:[e.payload===null?(0,p.jsx)(`p`,{className:`hint`,children:`The document was not executed yet.`}):t===`Payload`?(0,p.jsx)(Q,{text:R(ai(e)),label:`The body`,language:`json`}):a?(0,p.jsx)(oi,{former:a,payload:e.payload}):(0,p.jsx)(`p`,{className:`hint`,children:i?`Reading…`:`No earlier delivery of ${B(e.subjectId)} to this webhook is kept.`}),t===`Payload`&&e.webhook.format!==`ENVELOPE`&&(0,p.jsx)(`p`,{className:`hint`,children:`The response of the document, which the body holds in the webhook’s format.`})]})}function ai(e){return e.webhook.format===`ENVELOPE`?{id:e.id,event_name:e.eventName,payload:e.payload}:e.payload}function oi({former:e,payload:t}){let n=(0,f.useMemo)(()=>wn(`${R(e.payload)}\n`,`${R(t)}\n`),[e.payload,t]),r=n.some(e=>e.added||e.removed);return(0,p.jsxs)(p.Fragment,{children:[(0,p.jsxs)(`p`,{children:[`Against `,(0,p.jsxs)(k,{href:`/deliveries/${encodeURIComponent(e.id)}`,children:[`number `,I(e.sequence)]}),`, `,(0,p.jsx)(H,{at:e.createdAt}),!r&&`: nothing differs`]}),(0,p.jsx)(`div`,{className:`code`,children:(0,p.jsx)(`pre`,{tabIndex:0,role:`region`,"aria-label":`What differs from the delivery before`,children:n.map((e,t)=>{let n=e.added?`+`:e.removed?`-`:` `,r=e.value.replace(/^(?=.)/gm,`${n} `);return e.added?(0,p.jsx)(`ins`,{children:r},t):e.removed?(0,p.jsx)(`del`,{children:r},t):(0,p.jsx)(`span`,{children:r},t)})})})]})}function si({response:e,event:t}){return(0,p.jsxs)(`details`,{className:`answer`,open:e===t.responses?.at(-1),children:[(0,p.jsxs)(`summary`,{children:[(0,p.jsx)(Ur,{status:e.status}),` `,L(e.createdAt),` `,(0,p.jsxs)(`span`,{className:`hint`,children:[`after `,Fn(t.createdAt,e.createdAt)]})]}),e.headers&&(0,p.jsx)(`dl`,{className:`rows mono`,children:Object.entries(e.headers).map(([e,t])=>(0,p.jsxs)(`div`,{children:[(0,p.jsx)(`dt`,{children:e}),(0,p.jsx)(`dd`,{children:String(t)})]},e))}),e.body===null?(0,p.jsx)(`p`,{className:`hint`,children:`The answer was empty.`}):(0,p.jsx)(Q,{text:typeof e.body==`string`?Rn(e.body):R(e.body),label:`The answer`,language:`json`})]})}var ci=[{path:`/webhooks`,title:`Webhooks`,icon:`M4 12h4l3 7 4-14 3 7h2`},{path:`/compose`,title:`Compose`,icon:`M4 20h4L19 9l-4-4L4 16zM13 7l4 4`},{path:`/deliveries`,title:`Deliveries`,icon:`M3 7h18v12H3zM3 7l9 7 9-7`},{path:`/jobs`,title:`Jobs`,icon:`M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5`}],li=[{path:`/voyager`,title:`Voyager`,icon:`M5 5h5v5H5zM14 14h5v5h-5zM10 7h7v7`},{path:`/playground`,title:`Playground`,icon:`M7 5l12 7-12 7z`}];function ui({who:e,logOut:t,children:n}){let[r]=D();return(0,f.useEffect)(()=>{window.scrollTo(0,0)},[r]),(0,p.jsxs)(`div`,{className:`frame`,children:[(0,p.jsx)(`a`,{className:`skip`,href:`#content`,children:`Skip to the content`}),(0,p.jsxs)(`aside`,{className:`side`,children:[(0,p.jsxs)(k,{href:`/`,className:`brand`,children:[(0,p.jsx)(`img`,{src:c,alt:``,width:`26`,height:`26`}),`Crier`]}),(0,p.jsxs)(`nav`,{"aria-label":`Views`,children:[ci.map(e=>(0,p.jsxs)(k,{href:e.path,"aria-current":di(r,e.path)?`page`:void 0,children:[(0,p.jsx)(fi,{path:e.icon}),e.title]},e.path)),li.map(e=>(0,p.jsxs)(`a`,{href:e.path,children:[(0,p.jsx)(fi,{path:e.icon}),e.title]},e.path))]}),(0,p.jsxs)(`div`,{className:`who`,children:[(0,p.jsxs)(`p`,{children:[(0,p.jsx)(`span`,{className:`hint`,children:e.seller?`Seller`:`Operator`}),e.name??e.seller?.businessName??`No name`]}),(0,p.jsx)(mi,{}),(0,p.jsx)(`button`,{type:`button`,className:`small`,onClick:t,children:`Log out`})]})]}),(0,p.jsx)(`main`,{id:`content`,tabIndex:-1,children:n})]})}function di(e,t){return t===`/`?e===`/`:e===t||e.startsWith(`${t}/`)}function fi({path:e}){return(0,p.jsx)(`svg`,{viewBox:`0 0 24 24`,width:`18`,height:`18`,"aria-hidden":`true`,children:(0,p.jsx)(`path`,{d:e,fill:`none`,stroke:`currentColor`,strokeWidth:`1.8`,strokeLinecap:`round`,strokeLinejoin:`round`})})}var pi=`crier.theme`;function mi(){let[e,t]=(0,f.useState)(()=>localStorage.getItem(pi)??``);(0,f.useEffect)(()=>{document.documentElement.dataset.theme=e},[e]);function n(){let n=(e?e===`dark`:matchMedia(`(prefers-color-scheme: dark)`).matches)?`light`:`dark`;localStorage.setItem(pi,n),t(n)}return(0,p.jsx)(`button`,{type:`button`,className:`small theme`,onClick:n,"aria-label":`Switch between light and dark`,children:(0,p.jsx)(fi,{path:`M12 3a9 9 0 1 0 9 9 7 7 0 0 1-9-9z`})})}function hi({notice:e,enter:t}){let[n,r]=(0,f.useState)(e),[i,a]=(0,f.useState)(!1);async function o(e){e.preventDefault();let n=String(new FormData(e.currentTarget).get(`key`)).trim();a(!0);try{await rn(`Principal`,void 0,n),t(n)}catch(e){r(gi(e)),a(!1)}}return(0,p.jsx)(`main`,{className:`login`,children:(0,p.jsxs)(`form`,{onSubmit:o,className:`card`,children:[(0,p.jsxs)(`h1`,{children:[(0,p.jsx)(`img`,{src:c,alt:``,width:`34`,height:`34`}),` Crier`]}),(0,p.jsx)(`p`,{className:`quiet`,children:`Write a GraphQL document, see what it would send, and watch it being delivered.`}),(0,p.jsx)(Y,{label:`API key`,errors:n?[n]:[],hint:`It stays in this browser tab and is forgotten when you close it. The operator key was shown once, on standard error, when the server first started.`,children:e=>(0,p.jsx)(`input`,{...e,name:`key`,type:`password`,required:!0,autoFocus:!0,autoComplete:`off`,spellCheck:!1,pattern:`\\s*[\\x21-\\x7E]+\\s*`,title:`The key itself, without “Bearer”: ASCII characters, no spaces`})}),(0,p.jsx)(`button`,{type:`submit`,className:`primary`,disabled:i,children:i?`Trying…`:`Log in`}),(0,p.jsx)(mi,{})]})})}function gi(e){return e instanceof A&&e.code===`UNAUTHENTICATED`?`The server does not accept this key. Check that all of it was copied.`:s(e)}var _i=(0,f.lazy)(()=>d(()=>import(`./compose-BwBxUawP.js`),__vite__mapDeps([0,1,2,3,4,5]))),vi=new $e({defaultOptions:{queries:{staleTime:1e3,retry:(e,t)=>e<2&&!(t instanceof A)}}});function yi(){let[e,t]=(0,f.useState)(o),[r,i]=(0,f.useState)(``);function a(e,r=``){n(e),vi.clear(),i(r),t(e)}return e?(0,p.jsx)(sn,{value:()=>a(``,`The server no longer accepts the key of this tab.`),children:(0,p.jsx)(bi,{logOut:()=>a(``)})}):(0,p.jsx)(hi,{notice:r,enter:a})}function bi({logOut:e}){let{data:t,error:r,refetch:i}=ft({queryKey:[`Principal`],queryFn:()=>rn(`Principal`),staleTime:1/0});return r instanceof A&&r.code===`UNAUTHENTICATED`?(0,p.jsx)(hi,{notice:`The server no longer accepts the key of this tab.`,enter:e=>(n(e),i())}):(0,p.jsxs)(ui,{who:t?.apiKeyPrincipal??{name:`…`,seller:null},logOut:e,children:[r&&(0,p.jsx)(K,{error:r,retry:i}),(0,p.jsx)(f.Suspense,{fallback:(0,p.jsx)(J,{}),children:(0,p.jsxs)(Qt,{children:[(0,p.jsx)(O,{path:`/`,children:(0,p.jsx)($t,{to:`/webhooks`,replace:!0})}),(0,p.jsx)(O,{path:`/webhooks`,component:dr}),(0,p.jsx)(O,{path:`/webhooks/:id`,children:({id:e})=>(0,p.jsx)(kr,{id:decodeURIComponent(e)},e)}),(0,p.jsx)(O,{path:`/webhooks/:id/edit`,children:({id:e})=>(0,p.jsx)(_i,{id:decodeURIComponent(e)},e)}),(0,p.jsx)(O,{path:`/compose`,children:(0,p.jsx)(_i,{},`new`)}),(0,p.jsx)(O,{path:`/deliveries`,component:br}),(0,p.jsx)(O,{path:`/deliveries/:id`,children:({id:e})=>(0,p.jsx)(Yr,{id:decodeURIComponent(e)},e)}),(0,p.jsx)(O,{path:`/jobs`,component:er}),(0,p.jsx)(O,{children:(0,p.jsx)(G,{title:`There is nothing here`,children:`Choose a view from the navigation.`})})]})})]})}(0,mt.createRoot)(document.getElementById(`root`)).render((0,p.jsx)(f.StrictMode,{children:(0,p.jsx)(g,{client:vi,children:(0,p.jsx)(yi,{})})}));export{N as C,D,k as E,ft as O,an as S,j as T,Rn as _,W as a,cn as b,Y as c,K as d,q as f,R as g,I as h,Q as i,C as k,U as l,Ln as m,mr as n,Hn as o,Wn as p,cr as r,G as s,Dr as t,J as u,B as v,M as w,rn as x,z as y};