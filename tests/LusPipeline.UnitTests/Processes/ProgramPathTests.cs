using LusPipeline.Media.Processes;

namespace LusPipeline.UnitTests.Processes;

public sealed class ProgramPathTests
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserExecute;

    [Fact]
    public void A_program_of_the_current_folder_is_not_found()
    {
        using var folder = new TemporaryFolder();
        var name = $"lus-{Guid.NewGuid():N}";
        var here = Path.Combine(Environment.CurrentDirectory, name);
        MakeProgram(here);
        try
        {
            Assert.Null(ProgramPath.Find(name));
            Assert.Null(ProgramPath.Find(name, $":.:./:{folder.Path}:"));
            Assert.Null(ProgramPath.Find("./" + name, "/usr/bin"));
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Fact]
    public void The_first_absolute_folder_that_has_a_program_of_the_name_counts()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "text", "first", "second" })
            Directory.CreateDirectory(folder[name]);
        File.WriteAllText(folder["text/tool"], "no program");
        MakeProgram(folder["first/tool"]);
        MakeProgram(folder["second/tool"]);

        Assert.Equal(folder["first/tool"], ProgramPath.Find("tool", $"{folder["text"]}:{folder["none"]}:{folder["first"]}:{folder["second"]}"));
        Assert.Null(ProgramPath.Find("tool", folder["text"]));
        Assert.Null(ProgramPath.Find("tool", null));
    }

    [Fact]
    public void An_absolute_path_stands_for_itself()
    {
        using var folder = new TemporaryFolder();
        MakeProgram(folder["tool"]);

        Assert.Equal(folder["tool"], ProgramPath.Find(folder["tool"]));
        Assert.Null(ProgramPath.Find(folder["other"]));
    }

    private static void MakeProgram(string path)
    {
        File.WriteAllText(path, "#!/bin/sh\n");
        File.SetUnixFileMode(path, Executable);
    }
}
