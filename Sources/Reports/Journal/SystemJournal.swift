internal import Glibc

/// systemd's journal, through `sd_journal_sendv` of libsystemd: sd_journal_send(3).
///
/// The library is loaded when somebody asks for the journal, so that the program runs where there is
/// none. The function's signature has been the same since systemd 187, and its only structure is
/// POSIX's, so that no header is needed to build it.
@safe public struct SystemJournal: Sendable {
  private typealias SendVector = @convention(c) (UnsafePointer<iovec>?, CInt) -> CInt

  private let sendVector: SendVector

  /// Where journald takes entries.
  static let socket = "/run/systemd/journal/socket"

  /// Fails with a sentence for the user where entries would be lost.
  public init() throws(OutputError) {
    try self.init(socket: Self.socket, library: "libsystemd.so.0")
  }

  init(socket: String, library: String) throws(OutputError) {
    // sd_journal_sendv(3) says nothing where nobody listens.
    try Self.requireListener(socket)
    guard let handle = unsafe dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
      throw OutputError("not logged: \(Self.loadingError)")
    }
    guard let symbol = unsafe dlsym(handle, "sd_journal_sendv") else {
      throw OutputError("not logged: \(Self.loadingError)")
    }
    unsafe sendVector = unsafeBitCast(symbol, to: SendVector.self)
  }

  /// Sends one entry.
  public func send(_ entry: JournalEntry) throws(OutputError) {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for field in entry.fields {
      bytes += "\(field.name.rawValue)=\(field.value)".utf8
      ends.append(bytes.count)
    }
    let result = unsafe bytes.withUnsafeMutableBytes { buffer in
      var vector = unsafe [iovec]()
      var begin = 0
      for end in ends {
        unsafe vector.append(
          iovec(iov_base: buffer.baseAddress.map { unsafe $0 + begin }, iov_len: end - begin))
        begin = end
      }
      return unsafe vector.withUnsafeBufferPointer {
        unsafe sendVector($0.baseAddress, CInt($0.count))
      }
    }
    if result < 0 { throw OutputError("not logged: \(describe(errno: -result))") }
  }

  /// Fails where no socket is there that somebody listens on.
  private static func requireListener(_ path: String) throws(OutputError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let length = path.utf8.count
    guard length < MemoryLayout.size(ofValue: address.sun_path) else {
      throw OutputError("not logged: '\(path)' is too long")
    }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let number = Glibc.socket(
      AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw OutputError("not logged: \(describe(errno: errno))") }
    defer { close(number) }
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if result == 0 { return }
    switch errno {
    case ENOENT, ENOTDIR:
      throw OutputError("not logged: there is no '\(path)'; journald is not running")
    case ECONNREFUSED:
      throw OutputError("not logged: nobody listens at '\(path)'; journald is not running")
    default: throw OutputError("not logged: '\(path)': \(describe(errno: errno))")
    }
  }

  private static var loadingError: String {
    unsafe dlerror().map { unsafe String(cString: $0).shown } ?? "libsystemd cannot be loaded"
  }
}
