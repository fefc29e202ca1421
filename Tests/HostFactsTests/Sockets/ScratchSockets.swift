import CLinuxShims
import Glibc
import HostFacts

/// Runs `body` in a new network namespace with loopback up, on a thread of its own.
func inScratchNamespace<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) throws -> Result {
  let outcome = onOwnThread { () -> Swift.Result<Result, any Error> in
    Swift.Result {
      try check("unshare", sockwise_unshare(Int32(SOCKWISE_CLONE_NEWNET)))
      try bringLoopbackUp()
      return try body()
    }
  }
  guard let outcome else { throw SystemCallFailed(call: "pthread_create", number: EAGAIN) }
  return try outcome.get()
}

struct SystemCallFailed: Error {
  var call: String
  var number: Int32
}

@discardableResult
func check(_ call: String, _ status: Int32) throws -> Int32 {
  if status < 0 { throw SystemCallFailed(call: call, number: errno) }
  return status
}

/// SIOCSIFFLAGS with IFF_UP and IFF_RUNNING.
private func bringLoopbackUp() throws {
  let control = try ScratchSocket(AF_INET, udp: true)
  // `struct ifreq`: the name, 16 bytes, then the flags.
  var request = [UInt8](repeating: 0, count: 40)
  request[0] = UInt8(ascii: "l")
  request[1] = UInt8(ascii: "o")
  request[16] = 0x41
  let status = unsafe request.withUnsafeMutableBytes { bytes in
    unsafe ioctl(control.descriptor, 0x8914, bytes.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1)!)
  }
  try check("ioctl", status)
}

/// A socket of a test; closes itself.
final class ScratchSocket {
  let descriptor: Int32
  let family: Int32
  private var isOpen = true

  init(_ family: Int32 = AF_INET, udp: Bool = false, number: Int32 = 0) throws {
    self.family = family
    let type = udp ? SOCK_DGRAM : SOCK_STREAM
    descriptor = try check(
      "socket", socket(family, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), number))
  }

  private init(accepted: Int32, _ family: Int32) {
    descriptor = accepted
    self.family = family
  }

  deinit { shut() }

  func shut() {
    if isOpen { close(descriptor) }
    isOpen = false
  }

  @discardableResult
  func option(_ level: Int32, _ name: Int32, _ value: Int32) throws -> ScratchSocket {
    var value = value
    try check("setsockopt", unsafe setsockopt(descriptor, level, name, &value, 4))
    return self
  }

  @discardableResult
  func bind(_ address: String, _ port: UInt16) throws -> ScratchSocket {
    try check("bind", named(address, port) { unsafe Glibc.bind(descriptor, $0, $1) })
    return self
  }

  @discardableResult
  func listening(_ backlog: Int32 = 16) throws -> ScratchSocket {
    try check("listen", listen(descriptor, backlog))
    return self
  }

  @discardableResult
  func connect(_ address: String, _ port: UInt16) throws -> ScratchSocket {
    try check("connect", named(address, port) { unsafe Glibc.connect(descriptor, $0, $1) })
    return self
  }

  func accepted() throws -> ScratchSocket {
    ScratchSocket(accepted: try check("accept", unsafe accept(descriptor, nil, nil)), family)
  }

  func send(_ bytes: [UInt8]) throws {
    let sent = unsafe bytes.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
    try check("send", Int32(sent))
  }

  var inode: UInt64 {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : 0
  }

  var localPort: UInt16 {
    var name = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    _ = unsafe withUnsafeMutablePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe getsockname(descriptor, generic, &size)
      }
    }
    return UInt16(bigEndian: name.sin6_port)
  }

  private func named(
    _ address: String, _ port: UInt16,
    _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws -> Int32 {
    if family == AF_INET {
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      try check("inet_pton", unsafe inet_pton(AF_INET, address, &name.sin_addr) - 1)
      return unsafe withUnsafePointer(to: &name) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
          unsafe call(generic, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
    var name = sockaddr_in6()
    name.sin6_family = sa_family_t(AF_INET6)
    name.sin6_port = port.bigEndian
    try check("inet_pton", unsafe inet_pton(AF_INET6, address, &name.sin6_addr) - 1)
    return unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe call(generic, socklen_t(MemoryLayout<sockaddr_in6>.size))
      }
    }
  }
}

/// Keeps the rows.
struct RowList: SocketRowSink {
  var rows: [SocketRow] = []
  mutating func add(_ row: SocketRow) { rows.append(row) }
}

/// Reads `/proc/thread-self/net/NAME` as ``ProcNet/Reader`` wants it.
func procNet(_ name: String, _ body: (Span<UInt8>) -> Bool) -> Reading<Int> {
  let path = "/proc/thread-self/net/\(name)"
  let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
  if file < 0 { return .unavailable(.init("cannot open \(path)")) }
  defer { close(file) }
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  var total = 0
  while true {
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe read(file, bytes.baseAddress, bytes.count)
    }
    if count <= 0 { break }
    total += count
    if !body(buffer.span.extracting(0..<count)) { break }
  }
  return .value(total, .dump(path))
}

/// Waits for the kernel to get there, at most two seconds.
func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<400 {
    if condition() { return true }
    usleep(5000)
  }
  return false
}
