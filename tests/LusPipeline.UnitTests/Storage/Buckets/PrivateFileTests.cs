using LusPipeline.Buckets;

namespace LusPipeline.UnitTests.Storage.Buckets;

public sealed class PrivateFileTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_file_is_its_owners_alone_even_where_a_readable_one_was()
    {
        File.WriteAllText(_scratch["secret"], "before");
        File.SetUnixFileMode(_scratch["secret"], (UnixFileMode)0b110_100_100);

        PrivateFile.Write(_scratch["secret"], file => file.Write("after"u8));

        Assert.Equal("after", File.ReadAllText(_scratch["secret"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_scratch["secret"]));
    }

    [Fact]
    public void A_file_that_could_not_be_finished_leaves_what_was_there_and_the_next_one_is_written()
    {
        PrivateFile.Write(_scratch["secret"], file => file.Write("before"u8));

        Assert.Throws<IOException>(() => PrivateFile.Write(_scratch["secret"], file =>
        {
            file.Write("aft"u8);
            throw new IOException("the disk is full");
        }));

        Assert.Equal("before", File.ReadAllText(_scratch["secret"]));
        PrivateFile.Write(_scratch["secret"], file => file.Write("after"u8));
        Assert.Equal("after", File.ReadAllText(_scratch["secret"]));
        Assert.Equal(["secret"], Directory.GetFiles(Path.GetDirectoryName(_scratch["secret"])!).Select(Path.GetFileName));
    }

    [Fact]
    public void A_link_in_the_place_of_the_unfinished_file_is_not_followed()
    {
        File.WriteAllText(_scratch["elsewhere"], "mine");
        File.CreateSymbolicLink(_scratch["secret.part"], _scratch["elsewhere"]);

        PrivateFile.Write(_scratch["secret"], file => file.Write("after"u8));

        Assert.Equal("mine", File.ReadAllText(_scratch["elsewhere"]));
    }
}
