internal import Glibc
internal import JSON

/// Tries claims on the running kernel, all at once, each in a process and namespace of its own.
public struct Prover: Sendable {
  /// Seconds that all of it may take; a TIME_WAIT takes 62.
  public static let timeLimit = 120.0

  /// How far it is.
  public struct Progress: Sendable {
    public var done: Int
    public var total: Int
    public var seconds: Double
  }

  /// What is started for a claim, whose id follows these words: this program, told to call `runOne`.
  private let command: [String]
  private let timeLimit: Double

  /// - Parameter arguments: of this program, before the id of a claim, that make it call `runOne`.
  public init(arguments: [String], timeLimit: Double = timeLimit) {
    self.init(command: ["/proc/self/exe"] + arguments, timeLimit: timeLimit)
  }

  init(command: [String], timeLimit: Double) {
    self.command = command
    self.timeLimit = timeLimit
  }

  /// Tries claims; one result for each, in their order.
  ///
  /// - Parameter progress: called every second and whenever one is done.
  public func prove(_ claims: [Claim], progress: (Progress) -> Void = { _ in }) -> [Proof] {
    let start = monotonicSeconds()
    var proofs = [Proof?](repeating: nil, count: claims.count)
    var running: [(index: Int, child: Child)] = []
    for (index, claim) in claims.enumerated() {
      switch Child.start(command + [claim.id]) {
      case .success(let child): running.append((index, child))
      case .failure(let failure): proofs[index] = Proof(claim, cannotTry: "\(failure)")
      }
    }
    while !running.isEmpty {
      let seconds = monotonicSeconds() - start
      let isLate = seconds > timeLimit
      for (index, child) in running where isLate || child.hasEnded {
        let limit = "it was not done within \(Int(timeLimit)) s and was stopped"
        proofs[index] =
          child.collect(claims[index], isLate && !child.hasEnded ? limit : nil, seconds)
      }
      running.removeAll { proofs[$0.index] != nil }
      progress(
        Progress(done: claims.count - running.count, total: claims.count, seconds: seconds))
      if !running.isEmpty { Child.wait(for: running.map(\.child), seconds: 1) }
    }
    return proofs.compactMap(\.self)
  }

  /// The release of the running kernel, as uname(2) tells it.
  public static var kernel: String { SmallFile.value("/proc/sys/kernel/osrelease") ?? "unknown" }

  /// What the started program does: tries one claim in a new namespace of this process, writes the
  /// result to standard output, and ends.
  public static func runOne(_ id: String) -> Never {
    guard let claim = Claim.all.first(where: { $0.id == id }) else { _exit(1) }
    Child.endWithParent()
    let proof: Proof
    do throws(CallFailure) {
      try ScratchNamespace.enter()
      Child.endWithParent()
      proof = claim.tried()
    } catch {
      proof = Proof(claim, cannotTry: "\(error)")
    }
    var writer = JSONWriter()
    proof.write(to: &writer)
    var rest = writer.finish()[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
      if count <= 0 { _exit(1) }
      rest = rest.dropFirst(count)
    }
    // Nothing is left to flush, and its sockets go with it.
    _exit(0)
  }
}
