using System.Runtime.InteropServices;

namespace LusPipeline.Media.Processes;

/// <summary>
/// The privileges of root's that a child in the sandbox keeps: it may read and write files of other users, as far as the sandbox allows it. Others would let
/// it look into other processes. A user that is not root has none.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Capabilities
{
    /// <summary><c>_LINUX_CAPABILITY_VERSION_3</c>: 64 capabilities in two words.</summary>
    private const uint Version3 = 0x20080522;

    /// <summary><c>CAP_DAC_OVERRIDE</c> and <c>CAP_DAC_READ_SEARCH</c>.</summary>
    private const uint OfFiles = (1 << 1) | (1 << 2);

    /// <summary><c>struct __user_cap_header_struct</c> and two times <c>struct __user_cap_data_struct</c>.</summary>
    private uint _version;
    private int _process;
    private uint _effective;
    private uint _permitted;
    private uint _inheritable;
    private uint _effectiveHigh;
    private uint _permittedHigh;
    private uint _inheritableHigh;

    private static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static nint Get => IsX64 ? 125 : 90;

    /// <summary>The number of <c>capset(2)</c>. Its arguments are the addresses of the header and of the words.</summary>
    public static nint Set => IsX64 ? 126 : 91;

    /// <summary>Where the words begin, in bytes after the header's begin.</summary>
    public const int WordsOffset = 8;

    /// <summary>The capabilities of this thread that a child keeps.</summary>
    public static unsafe Capabilities OfChildren()
    {
        var own = new Capabilities { _version = Version3 };
        if (SystemCalls.Call(Get, (nint)(&own), (nint)(&own) + WordsOffset) != 0)
            return new() { _version = Version3 };
        var kept = own._permitted & OfFiles;
        return new() { _version = Version3, _effective = kept, _permitted = kept };
    }
}
