from __future__ import annotations
import sys, json, time
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent))
import numpy as np
from scipy.optimize import minimize
from score_body import read_scrape, read_gold, SCRAPES, Scrape, Score, summary
from annotate.corpus.clean import clean
from annotate.corpus.edits import EditedText
from annotate.corpus.lines import Page
from annotate.corpus.repeats import repeats
from annotate.corpus import features as F

class Item: pass

def load(scrape):
    it = Item(); it.s = scrape
    e = clean(EditedText(scrape.text))
    page = Page(e.clean)
    mask = np.zeros(len(scrape.text)+1, bool)
    for a,b in scrape.body: mask[a:b]=True
    vis = np.array([not c.isspace() for c in scrape.text]+[False])
    it.goldchars = int((mask&vis).sum())
    it.vis=[]; it.both=[]
    for s,t in page.spans:
        a=e.to_raw(s,s+1)[0]; b=e.to_raw(t-1,t)[1]
        it.vis.append(int(vis[a:b].sum())); it.both.append(int((vis&mask)[a:b].sum()))
    it.vis=np.array(it.vis,float); it.both=np.array(it.both,float)
    it.y=(it.both*2>it.vis).astype(float)
    gone = repeats(page)
    it.gone=np.zeros(len(page),bool); it.gone[list(gone)]=True
    it.w=(0.4+np.minimum(it.vis,400)/120)*~it.gone
    r=F.raw(page); X,n=F.local(r); X,n=F.context(r,X,n)
    it.r,it.X,it.names=r,X,n
    it.page=page
    return it

def logit(X,y,w,l2):
    mu,sd=X.mean(0),X.std(0)+1e-6
    sd=np.where(sd<1e-5,1,sd)
    Z=np.c_[(X-mu)/sd,np.ones(len(X))]
    reg=np.full(Z.shape[1],l2); reg[-1]=0
    s=2*y-1
    def f(b):
        m=s*(Z@b)
        loss=(w*np.logaddexp(0,-m)).sum()+0.5*(reg*b*b).sum()
        g=Z.T@(-w*s/(1+np.exp(np.clip(m,-50,50))))+reg*b
        return loss,g
    b=minimize(f,np.zeros(Z.shape[1]),jac=True,method="L-BFGS-B",options={"maxiter":150}).x
    c=b[:-1]/sd
    return c,b[-1]-(c*mu).sum()

def mlp(X,y,w,l2,H,seeds,maxiter=120):
    mu,sd=X.mean(0),X.std(0)+1e-6
    sd=np.where(sd<1e-5,1,sd)
    Z=np.clip((X-mu)/sd,-4,4); d=Z.shape[1]; s=2*y-1
    nets=[]
    for seed in seeds:
        rng=np.random.default_rng(seed)
        t0=np.r_[(rng.normal(size=(d,H))/np.sqrt(d)).ravel(),np.zeros(H),rng.normal(size=H)*0.3,np.zeros(d),0.0]
        def split(t):
            W=t[:d*H].reshape(d,H); b=t[d*H:d*H+H]; v=t[d*H+H:d*H+2*H]; l=t[d*H+2*H:-1]; return W,b,v,l,t[-1]
        def f(t):
            W,b,v,l,c=split(t)
            hdd=np.tanh(Z@W+b); m=hdd@v+Z@l+c
            ms=s*m
            loss=(w*np.logaddexp(0,-ms)).sum()+0.5*l2*((W*W).sum()+(v*v).sum()+ (l*l).sum())
            gm=-w*s/(1+np.exp(np.clip(ms,-50,50)))
            gh=np.outer(gm,v)*(1-hdd*hdd)
            g=np.r_[(Z.T@gh+l2*W).ravel(),gh.sum(0),hdd.T@gm+l2*v,Z.T@gm+l2*l,gm.sum()]
            return loss,g
        t=minimize(f,t0,jac=True,method="L-BFGS-B",options={"maxiter":maxiter}).x
        nets.append(split(t))
    return (mu,sd,nets)

def mlp_apply(model,X):
    mu,sd,nets=model
    Z=np.clip((X-mu)/sd,-4,4)
    return np.mean([np.tanh(Z@W+b)@v+Z@l+c for W,b,v,l,c in nets],axis=0)

def sig(m): return 1/(1+np.exp(-np.clip(m,-30,30)))

def stack(items,key): return np.concatenate([getattr(i,key) for i in items])

def folds(items,k,seed=0):
    rng=np.random.default_rng(seed); perm=rng.permutation(len(items))
    f=np.empty(len(items),int); f[perm]=np.arange(len(items))%k
    return f

def second(it,p):
    T,n=F.topic(it.r,np.where(it.gone,0.02,p))
    it.names2=n
    return T

def fit_first(items,l2=20): 
    return logit(stack(items,"X"),stack(items,"y"),stack(items,"w"),l2)

def predict1(m,it): return sig(it.X@m[0]+m[1])

def train2(items,kind,l2,inner=5):
    f=folds(items,inner,1)
    for j in range(inner):
        m=fit_first([i for i,g in zip(items,f) if g!=j])
        for i,g in zip(items,f):
            if g==j: i.T=np.c_[i.X,second(i,predict1(m,i))]
    X=stack(items,"T"); y=stack(items,"y"); w=stack(items,"w")
    m1=fit_first(items)
    if kind=="lr": m2=logit(X,y,w,l2); ap=lambda T: T@m2[0]+m2[1]
    else:
        m2=mlp(X,y,w,l2,8,range(3)); ap=lambda T: mlp_apply(m2,T)
    return m1,ap

def viterbi(m,stay):
    n=len(m); 
    up=[0.0,0.0]; back=[]
    for g in m:
        a0=up[0]; b0=up[1]-stay
        a1=up[1]; b1=up[0]-stay
        back.append((b0>a0, b1>a1))
        up=[max(a0,b0), max(a1,b1)+g]
    s=int(up[1]>up[0]); out=[0]*n
    for i in range(n-1,-1,-1):
        out[i]=s
        if back[i][s]: s=1-s
    return np.array(out,bool)

def sc(it,keep):
    keep=keep&~it.gone
    return Score(int(it.vis[keep].sum()),it.goldchars,int(it.both[keep].sum()),True)

def report(items,res,by=True):
    groups={"all":[]}
    for it in items:
        for g in ("all",it.s.layout,it.s.lang):
            groups.setdefault(g,[]).append(res[it.s.name])
    for g,v in groups.items():
        x=summary(v); print(f"  {g:18} n {x['texts']:3} P {x['precision']} R {x['recall']} F {x['f1']} macro {x['f1_macro']}")
        if not by: break

def main():
    items=[load(read_scrape(p)) for p in sorted((SCRAPES/"tuning").glob("*.txt"))]
    print(len(items),"files",sum(len(i.y) for i in items),"lines",items[0].X.shape[1],"feats")
    ora={i.s.name:sc(i,i.y>0) for i in items}; print("oracle"); report(items,ora,False)
    f=folds(items,10)
    for kind,l2 in [("first",20),("lr",20),("mlp",10)]:
        t=time.time(); M={}
        for j in range(10):
            tr=[i for i,g in zip(items,f) if g!=j]; te=[i for i,g in zip(items,f) if g==j]
            if kind=="first":
                m=fit_first(tr)
                for i in te: M[i.s.name]=i.X@m[0]+m[1]
            else:
                m1,ap=train2(tr,kind,l2)
                for i in te: M[i.s.name]=ap(np.c_[i.X,second(i,predict1(m1,i))])
        print(kind,l2,round(time.time()-t,1),"s")
        for stay in (0,0.5,1,1.5):
            res={i.s.name:sc(i,viterbi(M[i.s.name],stay)) for i in items}
            print(stay,end=" "); report(items,res,False)
    if "-v" in sys.argv:
        report(items,{i.s.name:sc(i,viterbi(M[i.s.name],0.5)) for i in items})
main()
