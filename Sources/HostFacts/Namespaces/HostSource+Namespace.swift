// Sources that are read in a network namespace: it is a thread's, so each enters it on its own.

extension HostSource {
  /// Starts reading on a thread in a namespace that `tryToEnter` has shown to be open to us.
  convenience init(
    in namespace: NetworkNamespace, _ body: @escaping @Sendable () throws(Unreadable) -> Value
  ) {
    self.init { () throws(Unreadable) in try namespace.run(body) }
  }

  /// The same, after another one.
  convenience init(
    after other: HostSource<some Sendable>, in namespace: NetworkNamespace,
    _ body: @escaping @Sendable () throws(Unreadable) -> Value
  ) {
    self.init(after: other) { () throws(Unreadable) in try namespace.run(body) }
  }
}

extension NetworkNamespace {
  /// Moves the calling thread into it first.
  fileprivate func run<Value>(
    _ body: () throws(Unreadable) -> Value
  ) throws(Unreadable) -> Value {
    do throws(Failure) {
      try enter()
    } catch {
      throw Unreadable(error.description)
    }
    return try body()
  }

  /// Enters it on a thread that ends at once, to know before reading anything.
  func tryToEnter(by deadline: Deadline) throws(Failure) {
    let attempt = HostSource { () -> Failure? in
      do throws(Failure) { try enter() } catch { return error }
      return nil
    }
    if case .success(let failure?) = attempt.answer(by: deadline) { throw failure }
  }
}
