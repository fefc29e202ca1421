import CLinuxShims
import Glibc

/// What must be so before anything else is done.
enum Startup {
  /// The words of the command line after the program's name.
  ///
  /// Swift's `CommandLine` looks for them in `/proc/self/maps` and finds none where `/proc` is not
  /// mounted; `sockwise audit` would print its help there.
  static var arguments: [String] {
    (1..<max(1, sockwise_argument_count())).compactMap { index in
      guard let argument = unsafe sockwise_argument(index) else { return nil }
      return unsafe String(cString: argument)
    }
  }

  /// Help has a column of names beside its text, and the argument parser insists on room for both:
  /// on narrower terminals it prints no text, or traps in debug builds. It looks at this variable
  /// before it asks the terminal.
  static func limitWidthOfHelp() {
    _ = unsafe setenv("COLUMNS", "\(max(40, Terminal.width))", 1)
  }

  /// Takes the numbers of standard streams that are closed, so that no file or socket gets them
  /// and then the text that is meant for the stream. Writing to what takes them fails with EBADF,
  /// as to a closed descriptor.
  static func occupyClosedStreams() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
      // The lowest number that is free is this one. A directory is always there: /dev/null is not.
      _ = unsafe open("/", Int32(SOCKWISE_O_PATH))
    }
  }
}
