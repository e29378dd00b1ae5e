(function(){var d=document,r=d.documentElement,m=Date.parse(r.dataset.made),f=r.dataset.fresh*1000;
function each(q,g){Array.prototype.forEach.call(d.querySelectorAll(q),g)}
function stale(){r.classList.add("stale");each("[data-state]",function(e){e.setAttribute("data-state","unknown");
var u=e.querySelector("use"),w=e.querySelector("[data-word]");if(u)u.setAttribute("href","#s-unknown");
if(w)w.textContent=w.getAttribute("data-word")==="flow"?r.dataset.flow:r.dataset.unknown})}
if(Date.now()-m>f)stale();else setTimeout(stale,Math.max(0,m+f-Date.now()))})()
