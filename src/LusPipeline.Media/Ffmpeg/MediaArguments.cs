using System.Globalization;
using FFMpegCore.Arguments;

namespace LusPipeline.Media.Ffmpeg;

/// <summary>
/// One process's arguments, each on its own. FFMpegCore's argument classes give the text of the options that they know;
/// its processor would join everything into one string with the file's name unescaped, so it is not used.
/// </summary>
internal sealed class MediaArguments
{
    private readonly List<string> _values = [];

    public IReadOnlyList<string> Values => _values;

    /// <param name="argument">An option without spaces inside its value.</param>
    public MediaArguments Add(IArgument argument)
    {
        _values.AddRange(argument.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return this;
    }

    public MediaArguments Add(params ReadOnlySpan<string> values)
    {
        _values.AddRange(values);
        return this;
    }

    public MediaArguments Add(string option, long value) => Add(option, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// The one input: a local file by its scratch name, read by the demuxers that its content allows and by nothing that
    /// could open a second file or the network; frames above <paramref name="maxFramePixels"/> are refused before they are allocated.
    /// </summary>
    public MediaArguments AddInput(string path, Sniffing.VideoContainer container, long maxFramePixels)
    {
        Add(new ThreadsArgument(1));
        Add("-protocol_whitelist", "file,pipe");
        if (container.Demuxer is { } demuxer)
            Add(new ForceFormatArgument(demuxer));
        Add("-format_whitelist", container.AllowedDemuxers);
        Add("-max_pixels", Math.Min(maxFramePixels, int.MaxValue));
        return Add("-i", "file:" + path);
    }
}
