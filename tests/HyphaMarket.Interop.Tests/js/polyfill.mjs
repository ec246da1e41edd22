// Imported first: the pinned packages are written for Node 22 and call Promise.withResolvers, which Node 20 has not.
if (Promise.withResolvers === undefined) {
  Promise.withResolvers = function withResolvers () {
    let resolve, reject
    const promise = new this((onResolve, onReject) => { resolve = onResolve; reject = onReject })
    return { promise, resolve, reject }
  }
}
