import CEL
import RuleData
import Rules

@testable import HostFacts

/// A recorded host, as `--root` reads it. Its files stand in the input one after the other, each
/// after a line `@@` and its name; see ``RecordingFiles``.
enum RecordingTarget {
  static func run(_ bytes: [UInt8]) {
    let files = RecordingFiles.write(bytes)
    for content in files.replies { clean(content) }
    let root: HostRoot
    do throws(RecordingFailure) {
      root = try HostRoot.open(files.directory)
    } catch {
      require(!error.description.isEmpty, "refused for no reason")
      return
    }
    // All that a command does takes threads and all of `/proc/sys`, which is slow. What is like an
    // input that was chosen seldom is chosen itself.
    if bytes.reduce(UInt32(1), { $0 &* 0x0100_0193 ^ UInt32($1) }) >> 24 == 0 {
      audit(root)
    } else {
      read(root)
    }
  }

  /// The parts that a recording has files of its own for.
  private static func read(_ root: HostRoot) {
    let deadline = Deadline.after(.seconds(20))
    let version = KernelRelease.read(root).value?.version
    let settings = ProcSys.read(
      portParameters, from: root, version: version, inInitialNamespace: nil)
    let reading = SocketsReading.read(
      root, deadline: deadline, context: .init(kernel: version) { SocketSettings(settings) })
    if case .value(var sockets, _) = reading.sockets {
      sockets.attachOwners(root, deadline: deadline)
      check(sockets.factValue, Sockets.factType, "sockets")
    }
    require(!deadline.hasPassed, "\(root.read) took 20 s")
    guard let file = root.recording?.file else { return }
    check(file.namespace.identity.factValue, NamespaceIdentity.factType, "netns")
    for entry in file.namespaces { _ = entry.entry }
    _ = file.hostIsInitial.reading
  }

  /// What `sockwise audit --root` does, up to the report.
  private static func audit(_ root: HostRoot) {
    let host: Host
    do {
      host = try Host.read(
        HostOptions(timeLimit: 20, root: root), rawKeys: rules.rawSysctls)
    } catch {
      require(false, "\(error)")
      return
    }
    let activation = host.activation
    for (name, variable) in Host.schema.variables {
      guard case .value(let value, _) = activation.variables[name] else { continue }
      check(value, variable.type, name)
    }
    let result = rules.evaluate(in: activation, isLive: root.hasLiveFacts)
    for undecided in result.undecided {
      require(!undecided.missing.isEmpty, "undecided for no reason")
    }
  }

  /// What is kept of a reply is all that is needed, and nothing more to remove.
  private static func clean(_ reply: [UInt8]) {
    let cleaned = RecordedReply.cleaned(reply, nil)
    require(cleaned.count <= reply.count, "cleaning adds bytes")
    require(RecordedReply.cleaned(cleaned, nil) == cleaned, "cleaning twice removes more")
    let anonymous = RecordedReply.cleaned(reply, anonymizer)
    require(anonymous.count == cleaned.count, "other addresses take more room")
  }

  private static func check(_ value: Value, _ type: Type, _ name: String) {
    if let problem = TypeCheck(schema: Host.schema).problem(value, type, at: name) {
      require(false, problem)
    }
  }

  private static let anonymizer = Anonymizer(key: (1, 2))

  private static let portParameters = ProcSys.ofNamespace.filter { entry in
    [
      "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_tw_reuse",
      "net.ipv4.tcp_timestamps",
    ].contains(entry.key)
  }

  private static let rules = kept {
    RuleSet.load([.embedded(RuleData.files.map { ($0.path, $0.text) })], schema: Host.schema)
  }
}
