import CEL
import Glibc
import RuleData
import Rules

@testable import HostFacts

/// A recorded host, as `--root` reads it. Its files stand in the input one after the other, each
/// after a line `@@` and its name; see ``RecordingFiles``. What an input does not have is read once, and
/// not again for each: opening files and the manifest would take most of the time.
enum RecordingTarget {
  static func run(_ bytes: [UInt8]) {
    let files = RecordingFiles.write(bytes)
    for content in files.replies { clean(content) }
    guard let root = open(files) else { return }
    // All that a command does takes threads and all of `/proc/sys`, which is slow. What is like an
    // input that was chosen seldom is chosen itself.
    if bytes.reduce(UInt32(1), { $0 &* 0x0100_0193 ^ UInt32($1) }) >> 20 == 0 {
      audit(root)
    } else {
      read(root, files.given)
    }
  }

  private static func open(_ files: RecordingFiles) -> HostRoot? {
    guard files.given.contains("recording.json") else { return usualRoot }
    do throws(RecordingFailure) {
      return try HostRoot.open(files.directory)
    } catch {
      require(!error.description.isEmpty, "refused for no reason")
      return nil
    }
  }

  /// First asked for by an input that has no manifest; and the parameters below by one that has none of
  /// them either.
  private static let usualRoot = kept { try? HostRoot.open(RecordingFiles.directory) }

  private struct Parameters {
    let version: KernelVersion?
    let settings: SocketSettings

    init(_ root: HostRoot) {
      version = KernelRelease.read(root).value?.version
      settings = SocketSettings(
        ProcSys.read(portParameters, from: root, version: version, inInitialNamespace: nil))
    }
  }

  private static let usualParameters = kept { usualRoot.map(Parameters.init) }

  /// The parts that a recording has files of its own for, where the input has one of them.
  private static func read(_ root: HostRoot, _ given: Set<String>) {
    let deadline = Deadline.after(.seconds(20))
    let isUsual = given.isDisjoint(
      with: RecordingFiles.parameters.union(["osrelease", "recording.json"]))
    let parameters = (isUsual ? usualParameters : nil) ?? Parameters(root)
    let others: Set = ["hostname", "comm", "somaxconn", "second", "netstat", "snmp", "sockstat"]
    if !given.isSubset(of: others) {
      let reading = SocketsReading.read(
        root, deadline: deadline,
        context: .init(kernel: parameters.version) { parameters.settings })
      if case .value(var sockets, _) = reading.sockets {
        sockets.attachOwners(root, deadline: deadline)
        check(sockets.factValue, Sockets.factType, "sockets")
      }
      require(!deadline.hasPassed, "\(root.read) took 20 s")
    }
    if given.contains("units.json"), case .value(let units, _) = RecordedUnits.read(root) {
      let assembly = UnitAssembly(
        UnitSearchPath.system, RecordedUnitFiles(units), version: units.version)
      let names = assembly.names(also: units.unitActivity.units.keys.sorted())
      let read = assembly.units(names, bareDropIns: false, deadline: deadline).units
      check(read.taking(units.takers).factValue, .list(.object(Unit.typeName)), "units")
      require(!deadline.hasPassed, "units took 20 s")
    }
    guard given.contains("recording.json"), let file = root.recording?.file else { return }
    check(file.namespace.identity.factValue, NamespaceIdentity.factType, "netns")
    for entry in file.namespaces { _ = entry.entry }
    _ = file.hostIsInitial.reading
  }

  /// What `sockwise audit --root` does, up to the report.
  ///
  /// Each source is read by a thread that nobody waits for. LeakSanitizer takes what one of them is
  /// just setting free for lost, so they are waited for here.
  private static func audit(_ root: HostRoot) {
    let before = threads
    defer { while threads > before { sched_yield() } }
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

  /// How many threads this process has.
  private static var threads: Int { (try? HostRoot().names("/proc/self/task").count) ?? 0 }

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
    RecordingFiles.parameters.contains { entry.key == "net.ipv4.\($0)" }
  }

  private static let rules = kept {
    let files = RuleData.files.map { file in
      BuiltInRule(path: file.path, text: { Array(file.text.utf8) })
    }
    return RuleSet.load([.builtIn(files)], schema: Host.schema)
  }
}
