namespace LusPipeline.Hosting.Run;

/// <summary>The folder of <c>--home</c>: ledger, work objects and scratch. One run at a time holds it.</summary>
public sealed class HomeFolder : IDisposable
{
    public const string DefaultName = ".lus";

    private readonly FileStream _lock;

    private HomeFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    public string LedgerFile => LedgerFileIn(Path);

    /// <summary>The work bucket: clip frames and features.</summary>
    public string Objects => System.IO.Path.Combine(Path, "objects");

    /// <summary>Emptied at the start of every run.</summary>
    public string Scratch => System.IO.Path.Combine(Path, "scratch");

    public static string LedgerFileIn(string home) => System.IO.Path.Combine(home, "ledger.db");

    /// <summary>Makes the folder where it is missing and takes its lock, which the system gives back when the process ends.</summary>
    /// <exception cref="HomeException">Another run holds it, or it cannot be written.</exception>
    public static HomeFolder Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream held;
        try
        {
            Directory.CreateDirectory(path);
            held = new FileStream(System.IO.Path.Combine(path, "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException and not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw exception is IOException && File.Exists(System.IO.Path.Combine(path, "run.lock"))
                ? new HomeException($"Another lus run works in {path}. Wait for it, or give this one a --home of its own.", exception)
                : new HomeException($"{path} cannot be written. Give --home a folder that can.", exception);
        }
        try
        {
            var home = new HomeFolder(path, held);
            if (Directory.Exists(home.Scratch))
                Directory.Delete(home.Scratch, recursive: true);
            Directory.CreateDirectory(home.Scratch);
            Directory.CreateDirectory(home.Objects);
            return home;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose() => _lock.Dispose();
}
