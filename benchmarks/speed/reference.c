/* What the kernels are measured against: the same work in C, as a careful author would write it for gcc.

   Built by the benchmark with -O3 -march=native and without -ffast-math; gcc may still contract a * b + c into one
   instruction, which the kernels may not, since their bits must be the same on every machine. Blocks of 512, restrict
   everywhere, the same counter-based numbers, logarithms and polynomials. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 512
#define GOLDEN 0x9E3779B97F4A7C15ULL
#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t mix64(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

INLINE int32_t float_bits(float x) { int32_t i; memcpy(&i, &x, 4); return i; }
INLINE float bits_float(int32_t i) { float x; memcpy(&x, &i, 4); return x; }

INLINE float log32(float x) {
    int32_t bits = float_bits(x);
    int32_t k = (bits - 0x3F3504F3) >> 23;
    float f = bits_float(bits - (int32_t)((uint32_t)k << 23)) - 1.0f;
    float s = f / (2.0f + f), z = s * s, w = z * z;
    float r = z * (0.66666662693f + w * 0.28498786688f) + w * (0.40000972152f + w * 0.24279078841f);
    float half = 0.5f * f * f, e = (float)k;
    return e * 6.9313812256e-01f - ((half - (s * (half + r) + e * 9.0580006145e-06f)) - f);
}

INLINE float unit32(int32_t bits) { return ((float)bits + 0.5f) * 0x1p-31f; }
INLINE float radius32(int32_t high) { return sqrtf(-2.0f * log32(unit32(high))); }

INLINE void cos_sin32(int32_t low, float *cosine, float *sine) {
    float x = (float)(int32_t)((uint32_t)low << 2) * (float)(1.5707963267948966 * 0x1p-32);
    int32_t quarter = (low >> 30) & 3;
    float z = x * x;
    float s = x + x * z * (-1.6666654611e-1f + z * (8.3321608736e-3f + z * -1.9515295891e-4f));
    float c = 1.0f - 0.5f * z
            + z * z * (4.166664568298827e-2f + z * (-1.388731625493765e-3f + z * 2.443315711809948e-5f));
    int32_t a = float_bits(s), b = float_bits(c), swapped = quarter & 1;
    int32_t first = swapped ? a : b, second = swapped ? b : a;
    *cosine = bits_float(first ^ (int32_t)((uint32_t)((quarter + 1) & 2) << 30));
    *sine = bits_float(second ^ (int32_t)((uint32_t)(quarter & 2) << 30));
}

INLINE int32_t chance_bits(uint64_t bits) { return (int32_t)(((bits ^ (bits >> 32)) * 0xD6E8FEB86659FD93ULL) >> 33); }

INLINE double log64(double x) {
    int64_t bits;
    memcpy(&bits, &x, 8);
    int64_t shifted = bits - 0x3FE6A09E667F3BCDLL, k = shifted >> 52, m = bits - (int64_t)((uint64_t)k << 52);
    double f;
    memcpy(&f, &m, 8);
    f -= 1.0;
    double s = f / (2.0 + f), z = s * s, w = z * z;
    double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    double odd = z * (6.666666666666735130e-01
               + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    double half = 0.5 * f * f, e = (double)k;
    return e * 6.93147180369123816490e-01 - ((half - (s * (half + (even + odd)) + e * 1.90821492927058770002e-10)) - f);
}

INLINE double gamma_shape(double shape) { return shape >= 1.0 ? shape - 1.0 / 3.0 : shape + 2.0 / 3.0; }

INLINE double excess(double x, double z, double t, double log_t, double d) {
    double series = 0.25 + x * (-0.2 + x * (1.0 / 6 + x * (-1.0 / 7 + x * (0.125 + x * (-1.0 / 9 + x * 0.1)))));
    double near = x * x * z * z * series / 3.0, far = -(0.5 * z * z + d * (1.0 - t * t * t + 3.0 * log_t));
    return fabs(x) < 0.05 ? near : far;
}

INLINE int64_t reaching(const float *restrict score, int64_t size, float worst) {
    int32_t hits = 0;
    for (int64_t j = 0; j < size; j++) hits += score[j] >= worst;
    return hits;
}

INLINE int64_t keep_best(const float *restrict score, int64_t start, int64_t size, int64_t k, int64_t held,
                         int64_t *restrict top, float *restrict top_score) {
    float worst = held == k ? top_score[k - 1] : -INFINITY;
    if (!reaching(score, size, worst)) return held;
    for (int64_t j = 0; j < size; j++) {
        float value = score[j];
        if (value > worst) {
            if (held < k) held++;
            int64_t at = held - 1;
            while (at > 0 && top_score[at - 1] < value) {
                top_score[at] = top_score[at - 1];
                top[at] = top[at - 1];
                at--;
            }
            top_score[at] = value;
            top[at] = start + j;
            worst = held == k ? top_score[k - 1] : -INFINITY;
        }
    }
    return held;
}

/* Lanes that the quick test did not accept: the exact one, in double, and new attempts. */
static void settle(const double *restrict a, const double *restrict b, const float *restrict level, float *restrict score,
                   int32_t *restrict lane, int64_t held, uint64_t key, int64_t start) {
    static _Thread_local uint64_t state[BLOCK];
    static _Thread_local int32_t high[BLOCK], low[BLOCK], chance[BLOCK];
    static _Thread_local float first[BLOCK], second[BLOCK], value[BLOCK];
    static _Thread_local double near_a[BLOCK], near_b[BLOCK];
    for (int64_t p = 0; p < held; p++) state[p] = mix64(key + (uint64_t)(start + lane[p]) * GOLDEN);
    for (int attempt = 0; held > 0 && attempt < 200; attempt++) {
        for (int64_t p = 0; p < held; p++) {
            high[p] = (int32_t)(state[p] >> 33);
            low[p] = (int32_t)state[p];
            chance[p] = chance_bits(state[p]);
            state[p] = mix64(state[p] + GOLDEN);
        }
        for (int64_t p = 0; p < held; p++) {
            float radius = radius32(high[p]), c, s;
            cos_sin32(low[p], &c, &s);
            first[p] = radius * c;
            second[p] = radius * s;
        }
        for (int64_t p = 0; p < held; p++) {
            near_a[p] = a[start + lane[p]];
            near_b[p] = b[start + lane[p]];
            value[p] = level[start + lane[p]];
        }
        for (int64_t p = 0; p < held; p++) {
            double d = gamma_shape(near_a[p]), e = gamma_shape(near_b[p]), z = first[p], y = second[p];
            double x = z / sqrt(9.0 * d), v = y / sqrt(9.0 * e), t = 1.0 + x, u = 1.0 + v;
            int inside = (t < u ? t : u) > 0.0;
            t = inside ? t : 1.0;
            u = inside ? u : 1.0;
            double log_t = log64(t), log_u = log64(u);
            double limit = -(excess(x, z, t, log_t, d) + excess(v, y, u, log_u, e));
            limit = inside ? limit : -1e9;
            value[p] = (float)(value[p] + 3.0 * (log_t - log_u));
            chance[p] = log64(1.0 - (chance[p] + 0.5) * 0x1p-31) < limit ? 0 : 1;
        }
        int64_t kept = 0;
        for (int64_t p = 0; p < held; p++) {
            int32_t j = lane[p];
            score[j] = value[p];
            lane[kept] = j;
            state[kept] = state[p];
            kept += chance[p];
        }
        held = kept;
    }
}

/* Beta draws, shapes >= 1, and the best k. c, c2: 1 / sqrt(9 d) of both shapes; level: log(d / d2). */
int64_t beta_best(int64_t n, const double *restrict a, const double *restrict b, const float *restrict c,
                  const float *restrict c2, const float *restrict level, uint64_t key, int64_t k,
                  int64_t *restrict top, float *restrict top_score) {
    static _Thread_local int32_t high[BLOCK], low[BLOCK], chance[BLOCK], lane[BLOCK + 1];
    static _Thread_local float score[BLOCK];
    int64_t held = 0;
    for (int64_t start = 0; start < n; start += BLOCK) {
        int64_t size = n - start < BLOCK ? n - start : BLOCK;
        const float *restrict ca = c + start, *restrict cb = c2 + start, *restrict base = level + start;
        for (int64_t j = 0; j < size; j++) {
            uint64_t bits = mix64(key + (uint64_t)(start + j) * GOLDEN);
            high[j] = (int32_t)(bits >> 33);
            low[j] = (int32_t)bits;
            chance[j] = chance_bits(bits);
        }
        for (int64_t j = 0; j < size; j++) {
            float radius = radius32(high[j]), cosine, sine;
            cos_sin32(low[j], &cosine, &sine);
            float z = radius * cosine, y = radius * sine, x = ca[j] * z, v = cb[j] * y, t = 1.0f + x, u = 1.0f + v;
            t = t > 0.0f ? t : 0.0f;
            u = u > 0.0f ? u : 0.0f;
            float p = x * z, q = v * y, limit = p * p * (5.0f + x) * u + q * q * (5.0f + v) * t;
            score[j] = base[j] + 3.0f * log32(t / u);
            chance[j] = 60.0f * unit32(chance[j]) * (t * u) > limit ? 0 : 1;
        }
        int64_t failed = 0;
        for (int64_t j = 0; j < size; j++) {
            lane[failed] = (int32_t)j;
            failed += chance[j];
        }
        settle(a, b, level, score, lane, failed, key, start);
        held = keep_best(score, start, size, k, held, top, top_score);
    }
    return held;
}

/* Gaussian draws from cached means and deviations of two profiles, blended, and the best k. */
int64_t gaussian_best(int64_t n, const uint64_t *restrict keys, const float *restrict mean, const float *restrict sd,
                      const float *restrict mean2, const float *restrict sd2, uint64_t key, float width, float share,
                      float share2, int64_t k, int64_t *restrict top, float *restrict top_score) {
    static _Thread_local int32_t high[BLOCK], low[BLOCK];
    static _Thread_local float score[BLOCK];
    int64_t held = 0;
    for (int64_t start = 0; start < n; start += BLOCK) {
        int64_t size = n - start < BLOCK ? n - start : BLOCK;
        for (int64_t j = 0; j < size; j++) {
            uint64_t bits = mix64(key ^ keys[start + j]);
            high[j] = (int32_t)(bits >> 33);
            low[j] = (int32_t)bits;
        }
        for (int64_t j = 0; j < size; j++) {
            float radius = width * radius32(high[j]), c, s;
            cos_sin32(low[j], &c, &s);
            score[j] = share * (mean[start + j] + sd[start + j] * (radius * c))
                     + share2 * (mean2[start + j] + sd2[start + j] * (radius * s));
        }
        held = keep_best(score, start, size, k, held, top, top_score);
    }
    return held;
}

/* Mean and variance of sparse rows; table holds (mean, variance) side by side. */
void sparse_rows(int64_t rows, const uint64_t *restrict start, const uint32_t *restrict length,
                 const uint32_t *restrict indices, const float *restrict values, const float *restrict table,
                 float *restrict mean, float *restrict sd, float base, float base_variance) {
    for (int64_t i = 0; i < rows; i++) {
        double m0 = 0, m1 = 0, m2 = 0, m3 = 0, v0 = 0, v1 = 0, v2 = 0, v3 = 0;
        uint64_t at = start[i], end = at + length[i];
        for (; at + 4 <= end; at += 4) {
            double x0 = values[at], x1 = values[at + 1], x2 = values[at + 2], x3 = values[at + 3];
            const float *w0 = table + 2 * (uint64_t)indices[at], *w1 = table + 2 * (uint64_t)indices[at + 1];
            const float *w2 = table + 2 * (uint64_t)indices[at + 2], *w3 = table + 2 * (uint64_t)indices[at + 3];
            m0 += x0 * w0[0]; v0 += x0 * x0 * w0[1];
            m1 += x1 * w1[0]; v1 += x1 * x1 * w1[1];
            m2 += x2 * w2[0]; v2 += x2 * x2 * w2[1];
            m3 += x3 * w3[0]; v3 += x3 * x3 * w3[1];
        }
        for (; at < end; at++) {
            double x0 = values[at];
            m0 += x0 * table[2 * (uint64_t)indices[at]];
            v0 += x0 * x0 * table[2 * (uint64_t)indices[at] + 1];
        }
        mean[i] = (float)((m0 + m1) + (m2 + m3)) + base;
        sd[i] = sqrtf((float)((v0 + v1) + (v2 + v3)) + base_variance);
    }
}
