/**
 * What elementary functions of complex numbers mean, one number at a time in float64. Overflow,
 * infinities, NaN and branch cuts follow C99, annex G, as NumPy's do.
 *
 * @module
 */
import type { Complex } from "../core/dtype.ts";
import { complexProduct, complexQuotient } from "./complex_scalar.ts";
import { angleOf, copySign, exactProduct, exactSum, hypotenuse } from "./float_scalar.ts";

const product = complexProduct((x) => x);
const quotient = complexQuotient((x) => x);

function complex(re: number, im: number): Complex {
  return { re, im };
}

/** NaN if `x` is infinite or NaN, else zero. */
function invalid(x: number): number {
  return Number.isFinite(x) ? 0 : NaN;
}

/** `factor` e^x (cos y + i sin y), where e^x alone may overflow. */
function polarExp(factor: number, x: number, y: number): Complex {
  let left = x;
  let [re, im] = [factor * Math.cos(y), factor * Math.sin(y)];
  // e^709 is finite; two such steps lead beyond all results.
  for (let i = 0; i < 2 && left > 709; i++) {
    re *= Math.exp(709);
    im *= Math.exp(709);
    left -= 709;
  }
  return complex(re * Math.exp(left), im * Math.exp(left));
}

/**
 * e^z.
 *
 * @param z A number.
 * @returns The power.
 */
export function complexExp({ re, im }: Complex): Complex {
  if (im === 0) return complex(Math.exp(re), im);
  if (Number.isFinite(im)) {
    if (Math.abs(re) === Infinity) {
      const size = re > 0 ? Infinity : 0;
      return complex(copySign(size, Math.cos(im)), copySign(size, Math.sin(im)));
    }
    return polarExp(1, re, im);
  }
  if (re === Infinity) return complex(re, invalid(im));
  if (re === -Infinity) return complex(0, copySign(0, im));
  return complex(NaN, NaN);
}

/**
 * e^z - 1, accurate near 0, as NumPy's.
 *
 * @param z A number.
 * @returns The difference.
 */
export function complexExpm1({ re, im }: Complex): Complex {
  const half = Math.sin(im / 2);
  return complex(
    Math.expm1(re) * Math.cos(im) - 2 * half * half,
    Math.exp(re) * Math.sin(im),
  );
}

/** log |z|, accurate where |z| is near 1 (glibc, s_clog_template.c). */
function logMagnitude(re: number, im: number): number {
  const [x, y] = [Math.max(Math.abs(re), Math.abs(im)), Math.min(Math.abs(re), Math.abs(im))];
  if (x > 0.5 && x < 2 && y < 2) {
    // x^2 + y^2 - 1 with the rounding errors of the squares.
    const [[square, error], [other, rest]] = [exactProduct(x, x), exactProduct(y, y)];
    if (square + other > 0.5 && square + other < 2) {
      const [fromOne, first] = exactSum(square, -1);
      const [sum, second] = exactSum(fromOne, other);
      return Math.log1p(sum + (second + first + (error + rest))) / 2;
    }
  }
  if (x > 1e300) return Math.log(hypotenuse(x / 4, y / 4)) + 2 * Math.LN2;
  if (x < 1e-300) return Math.log(hypotenuse(x * 2 ** 54, y * 2 ** 54)) - 54 * Math.LN2;
  return Math.log(hypotenuse(x, y));
}

/**
 * The natural logarithm, with the cut along the negative real axis.
 *
 * @param z A number.
 * @returns The logarithm.
 */
export function complexLog({ re, im }: Complex): Complex {
  const angle = angleOf(im, re);
  if (Math.abs(re) === Infinity || Math.abs(im) === Infinity) return complex(Infinity, angle);
  if (re === 0 && im === 0) return complex(-Infinity, angle);
  return complex(logMagnitude(re, im), angle);
}

/**
 * log(1 + z), accurate near 0.
 *
 * @param z A number.
 * @returns The logarithm.
 */
export function complexLog1p({ re, im }: Complex): Complex {
  const angle = angleOf(im, re + 1);
  if (Math.abs(re) < 0.5 && Math.abs(im) < 1) {
    // |1 + z|^2 - 1 = 2 re + re^2 + im^2 with the rounding errors of the squares.
    const [[square, error], [other, rest]] = [exactProduct(re, re), exactProduct(im, im)];
    const [part, first] = exactSum(2 * re, other);
    const [sum, second] = exactSum(part, square);
    return complex(Math.log1p(sum + (first + second + (error + rest))) / 2, angle);
  }
  return complex(complexLog(complex(re + 1, im)).re, angle);
}

/**
 * The square root in the right half plane.
 *
 * @param z A number.
 * @returns The root.
 */
export function complexSqrt({ re, im }: Complex): Complex {
  if (re === 0 && im === 0) return complex(0, im);
  if (Math.abs(im) === Infinity) return complex(Infinity, im);
  if (Number.isNaN(re)) return complex(NaN, NaN);
  if (re === -Infinity) return complex(Math.abs(invalid(im)), copySign(Infinity, im));
  if (re === Infinity) return complex(re, copySign(invalid(im), im));
  // Powers of 4, so that neither the magnitude overflows nor the parts are subnormal.
  const large = Math.abs(re) >= 7.4e307 || Math.abs(im) >= 7.4e307;
  const small = Math.abs(re) < 1e-300 && Math.abs(im) < 1e-300;
  const root = large ? 2 : small ? 2 ** -27 : 1;
  const [a, b] = [re / root / root, im / root / root];
  const t = Math.sqrt((Math.abs(a) + hypotenuse(a, b)) * 0.5);
  return a >= 0
    ? complex(t * root, b / (2 * t) * root)
    : complex(Math.abs(b) / (2 * t) * root, copySign(t, b) * root);
}

/** sinh z (FreeBSD msun, s_csinh.c). */
function complexSinh({ re: x, im: y }: Complex): Complex {
  if (Number.isFinite(x) && Number.isFinite(y)) {
    if (y === 0) return complex(Math.sinh(x), y);
    if (Math.abs(x) < 22) {
      return complex(Math.sinh(x) * Math.cos(y), Math.cosh(x) * Math.sin(y));
    }
    const half = polarExp(0.5, Math.abs(x), y);
    return complex(half.re * copySign(1, x), half.im);
  }
  if (x === 0) return complex(x, invalid(y));
  if (y === 0) return Number.isNaN(x) ? complex(x, y) : complex(x, copySign(0, y));
  if (Math.abs(x) === Infinity) {
    return Number.isFinite(y)
      ? complex(x * Math.cos(y), Infinity * Math.sin(y))
      : complex(Infinity, NaN);
  }
  return complex(NaN, NaN);
}

/** cosh z (FreeBSD msun, s_ccosh.c). */
function complexCosh({ re: x, im: y }: Complex): Complex {
  if (Number.isFinite(x) && Number.isFinite(y)) {
    if (y === 0) return complex(Math.cosh(x), x * y);
    if (Math.abs(x) < 22) {
      return complex(Math.cosh(x) * Math.cos(y), Math.sinh(x) * Math.sin(y));
    }
    const half = polarExp(0.5, Math.abs(x), y);
    return complex(half.re, half.im * copySign(1, x));
  }
  if (x === 0) return complex(invalid(y), 0);
  if (y === 0) return complex(x * x, copySign(0, x) * y);
  if (Math.abs(x) === Infinity) {
    return Number.isFinite(y)
      ? complex(Infinity * Math.cos(y), x * Math.sin(y))
      : complex(Infinity, NaN);
  }
  return complex(NaN, NaN);
}

/**
 * The hyperbolic tangent (W. Kahan 1987, Branch cuts for complex elementary functions).
 *
 * @param z A number.
 * @returns The tangent.
 */
export function complexTanh({ re: x, im: y }: Complex): Complex {
  if (Number.isNaN(x)) return complex(x, y === 0 ? y : NaN);
  if (Math.abs(x) === Infinity) {
    const side = Number.isFinite(y) ? Math.sin(y) * Math.cos(y) : y;
    return complex(copySign(1, x), copySign(0, side));
  }
  if (!Number.isFinite(y)) return complex(x === 0 ? x : NaN, NaN);
  if (Math.abs(x) >= 22) {
    const t = Math.exp(-Math.abs(x));
    return complex(copySign(1, x), 4 * Math.sin(y) * Math.cos(y) * t * t);
  }
  const t = Math.tan(y);
  const beta = 1 + t * t;
  const s = Math.sinh(x);
  const rho = Math.sqrt(1 + s * s);
  const denominator = 1 + beta * s * s;
  return complex(beta * rho * s / denominator, t / denominator);
}

/**
 * sin z = -i sinh(iz).
 *
 * @param z A number.
 * @returns The sine.
 */
export function complexSin({ re, im }: Complex): Complex {
  const turned = complexSinh(complex(im, re));
  return complex(turned.im, turned.re);
}

/**
 * cos z = cosh(iz).
 *
 * @param z A number.
 * @returns The cosine.
 */
export function complexCos({ re, im }: Complex): Complex {
  return complexCosh(complex(-im, re));
}

/**
 * tan z = -i tanh(iz).
 *
 * @param z A number.
 * @returns The tangent.
 */
export function complexTan({ re, im }: Complex): Complex {
  const turned = complexTanh(complex(im, re));
  return complex(turned.im, turned.re);
}

/** The product of C99, annex G: what is infinite times what is not zero is infinite. */
function infiniteProduct(a: Complex, b: Complex): Complex {
  const plain = product(a, b);
  if (!Number.isNaN(plain.re) || !Number.isNaN(plain.im)) return plain;
  const isInfinite = (x: number): boolean => Math.abs(x) === Infinity;
  const infinite = ({ re, im }: Complex): boolean => isInfinite(re) || isInfinite(im);
  const unit = (x: number): number => copySign(isInfinite(x) ? 1 : 0, x);
  const zeroForNaN = (x: number): number => Number.isNaN(x) ? 0 : x;
  const [aInfinite, bInfinite] = [infinite(a), infinite(b)];
  const overflow = [a.re * b.re, a.im * b.im, a.re * b.im, a.im * b.re].some(isInfinite);
  if (!aInfinite && !bInfinite && !overflow) return plain;
  const boxed = (z: Complex, own: boolean, other: boolean): Complex => {
    const { re, im } = own ? complex(unit(z.re), unit(z.im)) : z;
    return other || !own ? complex(zeroForNaN(re), zeroForNaN(im)) : complex(re, im);
  };
  const { re, im } = product(boxed(a, aInfinite, bInfinite), boxed(b, bInfinite, aInfinite));
  return complex(Infinity * re, Infinity * im);
}

/** A positive integer power by repeated squaring. */
function wholePower(z: Complex, n: number): Complex {
  let result = complex(1, 0);
  let base = z;
  for (let left = n;; base = product(base, base)) {
    if (left % 2 === 1) result = product(result, base);
    left = Math.floor(left / 2);
    if (left === 0) return result;
  }
}

/**
 * a^b: exponents that are small integers by multiplication, as NumPy's; 0 to a power whose
 * real part is not positive is NaN.
 *
 * @param a The base.
 * @param b The exponent.
 * @returns The power.
 */
export function complexPower(a: Complex, b: Complex): Complex {
  if (b.re === 0 && b.im === 0) return complex(1, 0);
  if (a.re === 0 && a.im === 0) return b.re > 0 ? complex(0, 0) : complex(NaN, NaN);
  if (b.im === 0 && Number.isInteger(b.re) && Math.abs(b.re) < 100) {
    if (b.re === 1) return a;
    if (b.re === 2) return product(a, a);
    if (b.re === 3) return product(product(a, a), a);
    const power = wholePower(a, Math.abs(b.re));
    return b.re > 0 ? power : quotient(complex(1, 0), power);
  }
  return complexExp(infiniteProduct(b, complexLog(a)));
}
