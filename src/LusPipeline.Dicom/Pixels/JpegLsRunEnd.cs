namespace LusPipeline.Dicom.Pixels;

/// <summary>What a context of JPEG-LS for the pixels that end runs has learned (ITU-T T.87, A.7.2).</summary>
internal struct JpegLsRunEnd
{
    // A, Nn and N.
    private int _magnitude;
    private int _negatives;
    private int _count;

    /// <param name="magnitude">The first A.</param>
    public JpegLsRunEnd(int magnitude) => (_magnitude, _count) = (magnitude, 1);

    /// <summary>k: bits of an error's code behind its zeros.</summary>
    /// <param name="kind">RItype: 1 where the pixels to the left and above are alike.</param>
    public readonly int Shift(int kind) => JpegLsContext.ShiftOf(_count, _magnitude + (kind * (_count >> 1)));

    /// <summary>Takes the error out of its code, and brings the context up to date.</summary>
    /// <param name="kind">RItype.</param>
    /// <param name="shift">What <see cref="Shift"/> was.</param>
    /// <param name="reset">After how many samples the counts are halved.</param>
    public int Learn(int code, int kind, int shift, int reset)
    {
        var mapped = code + kind;
        var isOdd = (mapped & 1) != 0;
        var error = (mapped + (mapped & 1)) / 2;
        if ((shift != 0 || 2 * _negatives >= _count) == isOdd)
            error = -error;
        if (error < 0)
            _negatives++;
        _magnitude += (code + 1 - kind) >> 1;
        if (_count == reset)
        {
            _magnitude >>= 1;
            _negatives >>= 1;
            _count >>= 1;
        }
        _count++;
        return error;
    }
}
