import CFuzz
import Glibc

/// libFuzzer on one target, which `FUZZ_TARGET` names. The environment, and not an argument: when
/// it merges a corpus, libFuzzer starts this program again with its own arguments.
@main struct Fuzz {
  static let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "expression": ExpressionTarget.run,
    "foreign": ForeignTarget.run,
    "json": JSONTarget.run,
    "kernel-text": KernelTextTarget.run,
    "proc-net": ProcNetTarget.run,
    "recording": RecordingTarget.run,
    "rule": RuleTarget.run,
    "sock-diag": SockDiagTarget.run,
    "sockets": SocketsTarget.run,
    "sysctl": SysctlTarget.run,
    "sysctl-config": SysctlConfigurationTarget.run,
    "units": UnitsTarget.run,
  ]

  static let target: @Sendable ([UInt8]) -> Void = {
    let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
    guard let target = targets[name] else {
      print("FUZZ_TARGET names no target: one of \(targets.keys.sorted())")
      exit(2)
    }
    return target
  }()

  static func main() {
    _ = target
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
      unsafe CommandLine.unsafeArgv
    exit(unsafe LLVMFuzzerRunDriver(&count, &arguments, runOne))
  }
}

/// The name that libFuzzer's own main(), which is not linked, would call.
@_cdecl("LLVMFuzzerTestOneInput")
func runOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  Fuzz.target(unsafe Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}

/// Ends the program where something does not hold that should for every input. Unlike
/// `precondition`, says what in an optimised build too.
func require(
  _ condition: Bool, _ message: @autoclosure () -> String, line: UInt = #line,
  file: StaticString = #fileID
) {
  guard !condition else { return }
  var text = "\(file):\(line): does not hold: \(message())\n"
  text.withUTF8 { bytes in _ = unsafe write(2, bytes.baseAddress, bytes.count) }
  abort()
}

/// Makes something that is kept for the whole run. Swift keeps tags in the high bits of pointers, where
/// LeakSanitizer does not know them for pointers and takes what they point at for lost.
func kept<Value>(_ make: () -> Value) -> Value {
  fuzz_keep_begin()
  defer { fuzz_keep_end() }
  return make()
}
