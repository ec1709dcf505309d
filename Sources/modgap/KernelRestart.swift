import Foundation
import Kernels

/// OpenBLAS reads its environment once, while it is loaded: another kernel takes a new start.
enum KernelRestart {
  /// Starts the program anew, once, with the better kernel where there is one. A user's own setting wins.
  static func ifBetter() {
    let (variable, replaced) = (BLASKernel.variable, BLASKernel.replacedVariable)
    if getenv(variable) != nil, BLASKernel.setting(variable) == nil {
      // Of an empty word OpenBLAS makes a kernel that the CPU may not have.
      unsetenv(variable)
      return restart()
    }
    guard BLASKernel.setting(variable) == nil, BLASKernel.replaced == nil,
      let kernel = BLASKernel.better(cpuFlags: BLASKernel.cpuFlags, chosen: BLASKernel.name)
    else { return }
    setenv(variable, kernel, 1)
    setenv(replaced, BLASKernel.name, 1)
    restart()
    // Where the program cannot be started anew, it goes on with the kernel it has.
    unsetenv(variable)
    unsetenv(replaced)
  }

  /// Comes back only where it fails.
  private static func restart() {
    var arguments = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    execv("/proc/self/exe", &arguments)
    for argument in arguments { free(argument) }
  }
}
