using LusPipeline.Core.Clips;
using LusPipeline.Media.Ffmpeg;

namespace LusPipeline.Media.Cutting;

/// <summary>
/// Writes decoded frames, which arrive in order, into the clips' files. Windows may overlap and short videos repeat frames, so one frame can belong to
/// several places. Clips are held until all are complete and the decoder's count is known, unless <see cref="Streamed"/> is set.
/// </summary>
internal sealed class ClipAssembler : IDisposable
{
    private readonly CutRequest _request;
    private readonly ClipCut _cut;
    private readonly byte[] _header;
    private readonly int[] _offsets;
    private readonly SortedDictionary<int, ClipFile> _files = [];

    /// <param name="cut">The request's plan for the number of frames that the decoder is to give.</param>
    public ClipAssembler(CutRequest request, ClipCut cut)
    {
        _request = request;
        _cut = cut;
        _header = ClipFile.Header(cut.Frames, request.Height, request.Width);
        _offsets = [.. Enumerable.Range(0, cut.Frames).Select(position => cut.FrameAt(0, position))];
    }

    /// <summary>Receives each clip as soon as it is complete and takes a permit when a clip is begun. Null: clips are held until the end.</summary>
    public ClipHandover? Streamed { get; init; }

    /// <summary>Number of passes over the video. Each pass assembles every <see cref="Passes"/>-th clip.</summary>
    public int Passes { get; init; } = 1;

    /// <summary>Index of this pass, from 0. It assembles the clips whose index modulo <see cref="Passes"/> equals it.</summary>
    public int Pass { get; init; }

    public async ValueTask AcceptAsync(long frame, ReadOnlyMemory<byte> pixels, TimeLimit limit)
    {
        var last = Math.Min(_cut.Count - 1, frame / _cut.Step);
        var first = Math.Max(0, (frame - _cut.Width + _cut.Step) / _cut.Step);
        for (var clip = (int)first; clip <= last; clip++)
        {
            if (clip % Passes != Pass)
                continue;
            var offset = (int)(frame - (clip * _cut.Step));
            var position = LowerBound(offset);
            if (position == _offsets.Length || _offsets[position] != offset)
                continue;
            var file = await FileOfAsync(clip, limit).ConfigureAwait(false);
            for (; position < _offsets.Length && _offsets[position] == offset; position++)
                file.Write(pixels.Span);
            if (file.Whole && Streamed is not null)
                await StreamAsync(clip, file, limit).ConfigureAwait(false);
        }
    }

    /// <summary>Whether every clip is complete.</summary>
    public bool Whole => _files.Count == _cut.Count && _files.Values.All(file => file.Whole);

    /// <summary>Hands all clips over in order.</summary>
    public async Task GiveAllAsync(ClipHandover handover, CancellationToken cancellation)
    {
        while (_files.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var (clip, file) = _files.First();
            await handover.GiveAsync(clip, file).ConfigureAwait(false);
            _files.Remove(clip);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Dispose();
    }

    private async ValueTask<ClipFile> FileOfAsync(int clip, TimeLimit limit)
    {
        if (_files.TryGetValue(clip, out var file))
            return file;
        if (Streamed is not null)
        {
            limit.Pause();
            await Streamed.AcquireNextAsync(limit.Token).ConfigureAwait(false);
            limit.Resume();
        }
        file = ClipFile.Create(Path.Combine(_request.ClipFolder, _request.ClipName(clip)), _header, _cut.Frames);
        _files.Add(clip, file);
        return file;
    }

    private async Task StreamAsync(int clip, ClipFile file, TimeLimit limit)
    {
        limit.Pause();
        await Streamed!.GiveAsync(clip, file).ConfigureAwait(false);
        limit.Resume();
        _files.Remove(clip);
    }

    /// <summary>The first position whose frame is not before <paramref name="offset"/>.</summary>
    private int LowerBound(int offset)
    {
        var (low, high) = (0, _offsets.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_offsets[middle] < offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
